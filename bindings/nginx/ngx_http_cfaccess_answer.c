/* What becomes of a request once it is judged: it goes on, is refused, or is tried again in a moment. */

#include "ngx_http_cfaccess.h"

#define NGX_HTTP_CFACCESS_RETRY 25
/* Of one worker. Beyond it requests are refused at once. */
#define NGX_HTTP_CFACCESS_MOST_DELAYED 1024

static ngx_uint_t ngx_http_cfaccess_delayed;

/* What the operator has to see to is logged when it begins and when it ends, not with each request. */
static void ngx_http_cfaccess_log_failure(ngx_http_request_t *r, ngx_http_cfaccess_ctx_t *ctx,
                                          const char *message) {
  ngx_http_cfaccess_judge_t *judge = ctx->judge;
  ngx_uint_t level = judge->failing ? NGX_LOG_INFO : NGX_LOG_ERR;

  ngx_log_error(level, r->connection->log, 0, "cfaccess: no request of team \"%V\" can be verified: %s: %s",
                &judge->source->team, cfaccess_status_name(ctx->status), message);
  judge->failing = 1;
}

void ngx_http_cfaccess_log_verdict(ngx_http_request_t *r, ngx_http_cfaccess_ctx_t *ctx, const char *message) {
  ngx_http_cfaccess_judge_t *judge = ctx->judge;
  const char *name = cfaccess_status_name(ctx->status);

  if (ctx->status == CFACCESS_STATUS_OK) {
    if (judge->failing) {
      judge->failing = 0;
      ngx_log_error(NGX_LOG_NOTICE, r->connection->log, 0,
                    "cfaccess: requests of team \"%V\" are verified again", &judge->source->team);
    }
    return;
  }
  if (cfaccess_status_is_pending(ctx->status)) {
    ngx_log_debug1(NGX_LOG_DEBUG_HTTP, r->connection->log, 0, "cfaccess: %s", name);
  } else if (cfaccess_status_http(ctx->status) < NGX_HTTP_INTERNAL_SERVER_ERROR) {
    ngx_log_error(NGX_LOG_INFO, r->connection->log, 0, "cfaccess: refused: %s: %s", name, message);
  } else {
    ngx_http_cfaccess_log_failure(r, ctx, message);
  }
}

static void ngx_http_cfaccess_take_back(ngx_table_elt_t **header) {
  if (*header != NULL) {
    (*header)->hash = 0;
    *header = NULL;
  }
}

/* A refusal of another location may have left headers that say nothing any more. */
static void ngx_http_cfaccess_take_back_all(ngx_http_cfaccess_ctx_t *ctx) {
  ngx_http_cfaccess_take_back(&ctx->challenge);
  ngx_http_cfaccess_take_back(&ctx->no_store);
  ngx_http_cfaccess_take_back(&ctx->retry_after);
}

ngx_int_t ngx_http_cfaccess_accept(ngx_http_request_t *r, ngx_http_cfaccess_ctx_t *ctx) {
  const ngx_http_cfaccess_loc_conf_t *conf = ngx_http_get_module_loc_conf(r, ngx_http_cfaccess_module);

  ngx_http_cfaccess_end_delay(ctx);
  ngx_http_cfaccess_take_back_all(ctx);
  if (conf->forward_email && ctx->claims->kind == CFACCESS_KIND_PERSON &&
      ngx_http_cfaccess_insert_email(r, &ctx->claims->email) != NGX_OK) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  return NGX_OK;
}

ngx_int_t ngx_http_cfaccess_refuse(ngx_http_request_t *r, ngx_http_cfaccess_ctx_t *ctx) {
  const ngx_http_core_loc_conf_t *core = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
  ngx_int_t status = cfaccess_status_http(ctx->status);

  ngx_http_cfaccess_end_delay(ctx);
  ngx_http_cfaccess_take_back_all(ctx);
  /* Another module may let it in after all, whose answer must not have these headers. */
  if (core->satisfy == NGX_HTTP_SATISFY_ANY && r == r->main && status < NGX_HTTP_INTERNAL_SERVER_ERROR) {
    return status;
  }
  ctx->no_store = ngx_http_cfaccess_add_header(r, "Cache-Control", "no-store");
  if (ctx->no_store == NULL) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (status == NGX_HTTP_UNAUTHORIZED) {
    ctx->challenge = ngx_http_cfaccess_add_header(r, "WWW-Authenticate", "Cloudflare-Access");
    if (ctx->challenge == NULL) {
      return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
  }
  if (status == NGX_HTTP_SERVICE_UNAVAILABLE) {
    ctx->retry_after = ngx_http_cfaccess_add_header(r, "Retry-After", "1");
    if (ctx->retry_after == NULL) {
      return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
  }
  return status;
}

static void ngx_http_cfaccess_go_on(ngx_http_request_t *r) {
  ngx_event_t *write = r->connection->write;

  if (write->delayed) {
    if (ngx_handle_write_event(write, 0) != NGX_OK) {
      ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
    }
    return;
  }
  if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
    ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
    return;
  }
  r->read_event_handler = ngx_http_block_reading;
  r->write_event_handler = ngx_http_core_run_phases;
  ngx_http_core_run_phases(r);
}

/* As limit_req does. The phase is run again after a moment; nothing else waits. */
ngx_int_t ngx_http_cfaccess_delay(ngx_http_request_t *r, ngx_http_cfaccess_ctx_t *ctx) {
  if (ctx->deadline == 0) {
    ctx->deadline = ngx_current_msec + ctx->judge->source->timeout;
  }
  if ((ngx_msec_int_t)(ctx->deadline - ngx_current_msec) <= 0 ||
      (!ctx->is_delayed && ngx_http_cfaccess_delayed >= NGX_HTTP_CFACCESS_MOST_DELAYED)) {
    ngx_http_cfaccess_log_failure(r, ctx, "it takes too long, or too many requests wait");
    return ngx_http_cfaccess_refuse(r, ctx);
  }
  if (ngx_handle_read_event(r->connection->read, 0) != NGX_OK) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (!ctx->is_delayed) {
    ctx->is_delayed = 1;
    ngx_http_cfaccess_delayed++;
  }
  r->read_event_handler = ngx_http_test_reading;
  r->write_event_handler = ngx_http_cfaccess_go_on;
  r->connection->write->delayed = 1;
  ngx_add_timer(r->connection->write, NGX_HTTP_CFACCESS_RETRY);
  return NGX_AGAIN;
}

void ngx_http_cfaccess_end_delay(ngx_http_cfaccess_ctx_t *ctx) {
  if (ctx->is_delayed) {
    ctx->is_delayed = 0;
    ngx_http_cfaccess_delayed--;
  }
  ctx->deadline = 0;
}
