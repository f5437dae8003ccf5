/* The variables. They never wait. */

#include "ngx_http_cfaccess.h"

/* The request whose verdict counts: its own if its location is guarded, or else that of the main request. */
static ngx_http_cfaccess_ctx_t *ngx_http_cfaccess_verdict(ngx_http_request_t *r) {
  const ngx_http_cfaccess_loc_conf_t *conf = ngx_http_get_module_loc_conf(r, ngx_http_cfaccess_module);

  if (conf->enable == 1) {
    ngx_http_cfaccess_ctx_t *ctx = ngx_http_cfaccess_get_ctx(r);
    if (ctx == NULL ||
        (ctx->judge != conf->judge && ngx_http_cfaccess_judge_request(r, ctx, conf->judge) != NGX_OK)) {
      return NULL;
    }
    return ctx;
  }
  ngx_http_cfaccess_ctx_t *ctx = ngx_http_cfaccess_find_ctx(r);
  if ((ctx == NULL || ctx->judge == NULL) && r != r->main) {
    return ngx_http_cfaccess_verdict(r->main);
  }
  return ctx != NULL && ctx->judge != NULL ? ctx : NULL;
}

/* Copied, for a later verdict frees the claims. */
static ngx_int_t ngx_http_cfaccess_set_value(ngx_http_request_t *r, ngx_http_variable_value_t *value,
                                             const char *text, size_t length) {
  if (text == NULL) {
    value->not_found = 1;
    return NGX_OK;
  }
  value->data = ngx_pnalloc(r->pool, length);
  if (value->data == NULL) {
    return NGX_ERROR;
  }
  ngx_memcpy(value->data, text, length);
  value->len = length;
  value->valid = 1;
  value->no_cacheable = 0;
  value->not_found = 0;
  return NGX_OK;
}

static ngx_int_t ngx_http_cfaccess_get_status(ngx_http_request_t *r, ngx_http_variable_value_t *value,
                                              uintptr_t data) {
  const ngx_http_cfaccess_ctx_t *ctx = ngx_http_cfaccess_verdict(r);
  const char *name = ctx != NULL ? cfaccess_status_name(ctx->status) : NULL;

  return ngx_http_cfaccess_set_value(r, value, name, name != NULL ? ngx_strlen(name) : 0);
}

static ngx_int_t ngx_http_cfaccess_get_kind(ngx_http_request_t *r, ngx_http_variable_value_t *value,
                                            uintptr_t data) {
  const ngx_http_cfaccess_ctx_t *ctx = ngx_http_cfaccess_verdict(r);
  const char *kind = NULL;

  if (ctx != NULL && ctx->claims != NULL) {
    kind = ctx->claims->kind == CFACCESS_KIND_PERSON ? "person" : "service";
  }
  return ngx_http_cfaccess_set_value(r, value, kind, kind != NULL ? ngx_strlen(kind) : 0);
}

/* `data` is where the string lies in the claims. */
static ngx_int_t ngx_http_cfaccess_get_string(ngx_http_request_t *r, ngx_http_variable_value_t *value,
                                              uintptr_t data) {
  const ngx_http_cfaccess_ctx_t *ctx = ngx_http_cfaccess_verdict(r);

  if (ctx == NULL || ctx->claims == NULL) {
    value->not_found = 1;
    return NGX_OK;
  }
  const cfaccess_str *string = (const cfaccess_str *)((const char *)ctx->claims + data);
  return ngx_http_cfaccess_set_value(r, value, string->ptr, string->len);
}

/* `data` is the name of the variable. */
static ngx_int_t ngx_http_cfaccess_get_claim(ngx_http_request_t *r, ngx_http_variable_value_t *value,
                                             uintptr_t data) {
  const ngx_http_cfaccess_ctx_t *ctx = ngx_http_cfaccess_verdict(r);
  const ngx_str_t *variable = (const ngx_str_t *)data;
  ngx_str_t name = *variable;
  ngx_str_t text;

  name.data += sizeof("cfaccess_claim_") - 1;
  name.len -= sizeof("cfaccess_claim_") - 1;
  value->not_found = 1;
  if (ctx == NULL || ctx->claims == NULL) {
    return NGX_OK;
  }
  ngx_int_t outcome = ngx_http_cfaccess_read_claim(r->pool, &ctx->claims->payload, &name, &text);
  if (outcome != NGX_OK) {
    return outcome == NGX_DECLINED ? NGX_OK : NGX_ERROR;
  }
  value->data = text.data;
  value->len = text.len;
  value->valid = 1;
  value->no_cacheable = 0;
  value->not_found = 0;
  return NGX_OK;
}

static ngx_http_variable_t ngx_http_cfaccess_variables[] = {
    {ngx_string("cfaccess_status"), NULL, ngx_http_cfaccess_get_status, 0, NGX_HTTP_VAR_NOCACHEABLE, 0},
    {ngx_string("cfaccess_kind"), NULL, ngx_http_cfaccess_get_kind, 0, NGX_HTTP_VAR_NOCACHEABLE, 0},
    {ngx_string("cfaccess_email"), NULL, ngx_http_cfaccess_get_string, offsetof(cfaccess_claims, email),
     NGX_HTTP_VAR_NOCACHEABLE, 0},
    {ngx_string("cfaccess_subject"), NULL, ngx_http_cfaccess_get_string, offsetof(cfaccess_claims, subject),
     NGX_HTTP_VAR_NOCACHEABLE, 0},
    {ngx_string("cfaccess_principal"), NULL, ngx_http_cfaccess_get_string,
     offsetof(cfaccess_claims, principal_id), NGX_HTTP_VAR_NOCACHEABLE, 0},
    {ngx_string("cfaccess_claim_"), NULL, ngx_http_cfaccess_get_claim, 0,
     NGX_HTTP_VAR_NOCACHEABLE | NGX_HTTP_VAR_PREFIX, 0},
    ngx_http_null_variable,
};

ngx_int_t ngx_http_cfaccess_add_variables(ngx_conf_t *cf) {
  for (ngx_http_variable_t *each = ngx_http_cfaccess_variables; each->name.len > 0; each++) {
    ngx_http_variable_t *variable = ngx_http_add_variable(cf, &each->name, each->flags);
    if (variable == NULL) {
      return NGX_ERROR;
    }
    variable->get_handler = each->get_handler;
    variable->data = each->data;
  }
  return NGX_OK;
}
