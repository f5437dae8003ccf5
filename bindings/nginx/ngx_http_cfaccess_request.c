/* A request in the two phases: what the client says of itself is removed in PREACCESS, the verdict falls in
 * ACCESS. */

#include "ngx_http_cfaccess.h"

static void ngx_http_cfaccess_free_ctx(void *data) {
  ngx_http_cfaccess_ctx_t *ctx = data;

  ngx_http_cfaccess_end_delay(ctx);
  cfaccess_claims_free(ctx->claims);
  ctx->claims = NULL;
}

/* nginx forgets the contexts of a request that is redirected internally; the pool keeps them. Subrequests
 * have the pool of their main request. */
ngx_http_cfaccess_ctx_t *ngx_http_cfaccess_find_ctx(ngx_http_request_t *r) {
  ngx_http_cfaccess_ctx_t *ctx = ngx_http_get_module_ctx(r, ngx_http_cfaccess_module);

  if (ctx != NULL || (!r->internal && !r->filter_finalize)) {
    return ctx;
  }
  for (ngx_pool_cleanup_t *cleanup = r->pool->cleanup; cleanup != NULL; cleanup = cleanup->next) {
    ctx = cleanup->data;
    if (cleanup->handler == ngx_http_cfaccess_free_ctx && ctx->request == r) {
      ngx_http_set_ctx(r, ctx, ngx_http_cfaccess_module);
      return ctx;
    }
  }
  return NULL;
}

ngx_http_cfaccess_ctx_t *ngx_http_cfaccess_get_ctx(ngx_http_request_t *r) {
  ngx_http_cfaccess_ctx_t *ctx = ngx_http_cfaccess_find_ctx(r);

  if (ctx != NULL) {
    return ctx;
  }
  ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(r->pool, sizeof *ctx);
  if (cleanup == NULL) {
    return NULL;
  }
  ctx = cleanup->data;
  ngx_memzero(ctx, sizeof *ctx);
  ctx->request = r;
  if (ngx_array_init(&ctx->emails, r->pool, 1, sizeof(ngx_str_t)) != NGX_OK) {
    return NULL;
  }
  cleanup->handler = ngx_http_cfaccess_free_ctx;
  ngx_http_set_ctx(r, ctx, ngx_http_cfaccess_module);
  return ctx;
}

static cfaccess_verifier *ngx_http_cfaccess_verifier(ngx_http_request_t *r,
                                                     ngx_http_cfaccess_judge_t *judge) {
  ngx_http_cfaccess_main_conf_t *conf = ngx_http_get_module_main_conf(r, ngx_http_cfaccess_module);

  /* A single process is not told that it has a new configuration. */
  if (!conf->opened) {
    ngx_http_cfaccess_open(conf, r->connection->log);
  }
  return judge->verifier;
}

/* Verifies now, without waiting. A token that was seen before is only looked up. */
ngx_int_t ngx_http_cfaccess_judge_request(ngx_http_request_t *r, ngx_http_cfaccess_ctx_t *ctx,
                                          ngx_http_cfaccess_judge_t *judge) {
  cfaccess_verifier *verifier = ngx_http_cfaccess_verifier(r, judge);
  cfaccess_error *error = NULL;
  cfaccess_claims *claims = NULL;
  ngx_array_t headers;

  if (ngx_array_init(&headers, r->pool, 4, sizeof(cfaccess_header)) != NGX_OK ||
      ngx_http_cfaccess_collect(r, ctx, &headers) != NGX_OK) {
    return NGX_ERROR;
  }
  ctx->status = verifier == NULL ? CFACCESS_STATUS_KEYS_UNAVAILABLE
                                 : cfaccess_verifier_try_verify_request(verifier, headers.elts, headers.nelts,
                                                                        &claims, &error);
  cfaccess_claims_free(ctx->claims);
  ctx->claims = claims;
  ctx->judge = judge;
  ngx_http_cfaccess_log_verdict(
      r, ctx, verifier == NULL ? "the worker could not make its verifier" : cfaccess_error_message(error));
  cfaccess_error_free(error);
  return NGX_OK;
}

static ngx_int_t ngx_http_cfaccess_decide(ngx_http_request_t *r, ngx_http_cfaccess_ctx_t *ctx,
                                          ngx_http_cfaccess_judge_t *judge) {
  if (ngx_http_cfaccess_judge_request(r, ctx, judge) != NGX_OK) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (ctx->status == CFACCESS_STATUS_OK) {
    return ngx_http_cfaccess_accept(r, ctx);
  }
  if (cfaccess_status_is_pending(ctx->status) && r == r->main) {
    return ngx_http_cfaccess_delay(r, ctx);
  }
  return ngx_http_cfaccess_refuse(r, ctx);
}

/* Runs for subrequests too, and whatever `satisfy any` lets in. */
ngx_int_t ngx_http_cfaccess_preaccess(ngx_http_request_t *r) {
  const ngx_http_cfaccess_loc_conf_t *conf = ngx_http_get_module_loc_conf(r, ngx_http_cfaccess_module);

  if (conf->enable == NGX_CONF_UNSET) {
    return NGX_DECLINED;
  }
  ngx_http_cfaccess_ctx_t *ctx = ngx_http_cfaccess_get_ctx(r);
  if (ctx == NULL || ngx_http_cfaccess_strip(r, ctx) != NGX_OK) {
    return NGX_HTTP_INTERNAL_SERVER_ERROR;
  }
  if (!conf->enable || r == r->main) {
    return NGX_DECLINED;
  }
  /* nginx does not ask in ACCESS about subrequests. */
  ngx_int_t outcome = ngx_http_cfaccess_decide(r, ctx, conf->judge);
  return outcome == NGX_OK ? NGX_DECLINED : outcome;
}

/* On every pass anew: another location may accept other audiences. */
ngx_int_t ngx_http_cfaccess_access(ngx_http_request_t *r) {
  const ngx_http_cfaccess_loc_conf_t *conf = ngx_http_get_module_loc_conf(r, ngx_http_cfaccess_module);

  if (conf->enable != 1) {
    return NGX_DECLINED;
  }
  ngx_http_cfaccess_ctx_t *ctx = ngx_http_cfaccess_get_ctx(r);
  return ctx == NULL ? NGX_HTTP_INTERNAL_SERVER_ERROR : ngx_http_cfaccess_decide(r, ctx, conf->judge);
}
