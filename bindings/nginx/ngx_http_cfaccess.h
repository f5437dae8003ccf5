#ifndef NGX_HTTP_CFACCESS_H
#define NGX_HTTP_CFACCESS_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <cfaccess.h>

/* Keys of one team, fetched in one way or read from one file. */
typedef struct {
  ngx_str_t team;
  ngx_str_t keys_file;
  ngx_str_t ca_file;
  ngx_str_t proxy;
  ngx_str_t local;
  ngx_msec_t timeout;
  ngx_msec_t cooldown;
  time_t max_stale;

  /* The content of keys_file. */
  ngx_str_t json;
  /* NULL if there is no copy of the keys on disk. */
  u_char *cache_file;
  cfaccess_keys *keys;
} ngx_http_cfaccess_source_t;

/* The revocations of one team in one store. */
typedef struct {
  ngx_str_t team;
  ngx_str_t url;
  ngx_str_t ca_file;
  cfaccess_revocations *revocations;
} ngx_http_cfaccess_store_t;

/* What an effective location accepts; the same for all of them that say the same. */
typedef struct {
  ngx_http_cfaccess_source_t *source;
  /* NULL if nothing is revoked. */
  ngx_http_cfaccess_store_t *store;
  ngx_array_t *audiences;
  ngx_array_t *services;
  ngx_flag_t accept_cookie;
  ngx_uint_t email_header;
  time_t leeway;
  time_t max_lifetime;
  time_t max_age;
  ngx_int_t cache_entries;
  size_t cache_bytes;

  /* NULL until a worker has made it, and if that failed. */
  cfaccess_verifier *verifier;
  /* Since the last verdict was one that the operator has to know of. */
  unsigned failing : 1;
} ngx_http_cfaccess_judge_t;

typedef struct {
  ngx_path_t *cache_path;
  /* Each a pointer to one of the above. */
  ngx_array_t sources;
  ngx_array_t stores;
  ngx_array_t judges;
  /* Whether this process has tried to make the verifiers. */
  unsigned opened : 1;
} ngx_http_cfaccess_main_conf_t;

typedef struct {
  /* NGX_CONF_UNSET if no level says anything: then requests stay as they are. */
  ngx_flag_t enable;
  /* Where it is turned on, for errors. */
  ngx_str_t file;
  ngx_uint_t line;

  ngx_str_t team;
  ngx_array_t *audiences;
  ngx_array_t *services;
  ngx_flag_t accept_cookie;
  ngx_uint_t email_header;
  ngx_flag_t forward_email;
  time_t leeway;
  time_t max_lifetime;
  time_t max_age;
  ngx_int_t cache_entries;
  size_t cache_bytes;
  ngx_str_t keys_file;
  ngx_str_t ca_file;
  ngx_str_t proxy;
  ngx_str_t local;
  ngx_msec_t fetch_timeout;
  ngx_msec_t cooldown;
  time_t max_stale;
  ngx_str_t revocations;

  /* NULL unless it is on. */
  ngx_http_cfaccess_judge_t *judge;
} ngx_http_cfaccess_loc_conf_t;

/* What is known of a request, through all its internal redirects. */
typedef struct {
  ngx_http_request_t *request;
  /* Of ngx_str_t: the e-mail addresses that the client sent, once they are removed from the request. */
  ngx_array_t emails;
  unsigned is_stripped : 1;
  unsigned is_delayed : 1;
  unsigned is_answered : 1;
  /* Until when it may be delayed; 0 before it is. */
  ngx_msec_t deadline;
  /* Who has judged it last; NULL if nobody has. */
  ngx_http_cfaccess_judge_t *judge;
  cfaccess_status status;
  cfaccess_claims *claims;
  /* Headers of a refusal, which a later verdict takes back. */
  ngx_table_elt_t *challenge;
  ngx_table_elt_t *no_store;
  ngx_table_elt_t *retry_after;
} ngx_http_cfaccess_ctx_t;

extern ngx_module_t ngx_http_cfaccess_module;
extern ngx_command_t ngx_http_cfaccess_commands[];

/* _conf.c */
void *ngx_http_cfaccess_create_main_conf(ngx_conf_t *cf);
void *ngx_http_cfaccess_create_loc_conf(ngx_conf_t *cf);
char *ngx_http_cfaccess_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child);

/* _check.c */
char *ngx_http_cfaccess_find_judge(ngx_conf_t *cf, ngx_http_cfaccess_loc_conf_t *conf);

/* _worker.c */
cfaccess_status ngx_http_cfaccess_make_keys(const ngx_http_cfaccess_source_t *source, ngx_uint_t with_cache,
                                            cfaccess_keys **keys, cfaccess_error **error);
cfaccess_status ngx_http_cfaccess_make_revocations(const ngx_http_cfaccess_store_t *store,
                                                   cfaccess_revocations **revocations,
                                                   cfaccess_error **error);
cfaccess_status ngx_http_cfaccess_make_verifier(const ngx_http_cfaccess_judge_t *judge,
                                                const cfaccess_keys *keys,
                                                const cfaccess_revocations *revocations,
                                                cfaccess_verifier **verifier, cfaccess_error **error);
void ngx_http_cfaccess_open(ngx_http_cfaccess_main_conf_t *conf, ngx_log_t *log);
void ngx_http_cfaccess_close(void *main_conf);

/* _headers.c */
ngx_int_t ngx_http_cfaccess_strip(ngx_http_request_t *r, ngx_http_cfaccess_ctx_t *ctx);
ngx_int_t ngx_http_cfaccess_insert_email(ngx_http_request_t *r, const cfaccess_str *email);
ngx_int_t ngx_http_cfaccess_collect(ngx_http_request_t *r, const ngx_http_cfaccess_ctx_t *ctx,
                                    ngx_array_t *headers);
ngx_table_elt_t *ngx_http_cfaccess_add_header(ngx_http_request_t *r, const char *name, const char *value);

/* _request.c */
ngx_http_cfaccess_ctx_t *ngx_http_cfaccess_find_ctx(ngx_http_request_t *r);
ngx_http_cfaccess_ctx_t *ngx_http_cfaccess_get_ctx(ngx_http_request_t *r);
ngx_int_t ngx_http_cfaccess_judge_request(ngx_http_request_t *r, ngx_http_cfaccess_ctx_t *ctx,
                                          ngx_http_cfaccess_judge_t *judge);
ngx_int_t ngx_http_cfaccess_preaccess(ngx_http_request_t *r);
ngx_int_t ngx_http_cfaccess_access(ngx_http_request_t *r);

/* _answer.c */
void ngx_http_cfaccess_log_verdict(ngx_http_request_t *r, ngx_http_cfaccess_ctx_t *ctx, const char *message);
ngx_int_t ngx_http_cfaccess_accept(ngx_http_request_t *r, ngx_http_cfaccess_ctx_t *ctx);
ngx_int_t ngx_http_cfaccess_refuse(ngx_http_request_t *r, ngx_http_cfaccess_ctx_t *ctx);
ngx_int_t ngx_http_cfaccess_delay(ngx_http_request_t *r, ngx_http_cfaccess_ctx_t *ctx);
void ngx_http_cfaccess_end_delay(ngx_http_cfaccess_ctx_t *ctx);

/* _variables.c */
ngx_int_t ngx_http_cfaccess_add_variables(ngx_conf_t *cf);

/* _claim.c */
ngx_int_t ngx_http_cfaccess_read_claim(ngx_pool_t *pool, const cfaccess_str *payload, const ngx_str_t *name,
                                       ngx_str_t *value);

#endif
