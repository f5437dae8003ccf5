/* What a worker has of the library: keys, revocations, verifiers. The master has none. */

#include "ngx_http_cfaccess.h"

/* Of a string of the configuration, each of which ends with a NUL. */
static const char *ngx_http_cfaccess_text(const ngx_str_t *string) {
  return (const char *)string->data;
}

static cfaccess_status ngx_http_cfaccess_set_remote(const ngx_http_cfaccess_source_t *source,
                                                    ngx_uint_t with_cache, cfaccess_remote_options *options,
                                                    cfaccess_error **error) {
  cfaccess_status status = cfaccess_remote_options_set_timeout(options, source->timeout, error);

  if (status == CFACCESS_STATUS_OK && source->ca_file.len > 0) {
    status = cfaccess_remote_options_set_ca_file(options, ngx_http_cfaccess_text(&source->ca_file), error);
  }
  if (status == CFACCESS_STATUS_OK && source->proxy.data != NULL) {
    status = cfaccess_remote_options_set_proxy(options, ngx_http_cfaccess_text(&source->proxy), error);
  }
  if (status == CFACCESS_STATUS_OK && source->local.len > 0) {
    status = cfaccess_remote_options_set_local(options, ngx_http_cfaccess_text(&source->local), error);
  }
  if (status == CFACCESS_STATUS_OK && source->cooldown != NGX_CONF_UNSET_MSEC) {
    status = cfaccess_remote_options_set_cooldown(options, source->cooldown, error);
  }
  if (status == CFACCESS_STATUS_OK && source->max_stale != NGX_CONF_UNSET) {
    status = cfaccess_remote_options_set_max_stale(options, (int64_t)source->max_stale * 1000, error);
  }
  if (status == CFACCESS_STATUS_OK && with_cache && source->cache_file != NULL) {
    status = cfaccess_remote_options_set_cache_file(options, (const char *)source->cache_file, error);
  }
  return status;
}

cfaccess_status ngx_http_cfaccess_make_keys(const ngx_http_cfaccess_source_t *source, ngx_uint_t with_cache,
                                            cfaccess_keys **keys, cfaccess_error **error) {
  if (source->keys_file.len > 0) {
    return cfaccess_keys_from_json((const char *)source->json.data, source->json.len, keys, error);
  }
  cfaccess_remote_options *options = NULL;
  cfaccess_status status = cfaccess_remote_options_new(&options, error);
  if (status == CFACCESS_STATUS_OK) {
    status = ngx_http_cfaccess_set_remote(source, with_cache, options, error);
  }
  if (status == CFACCESS_STATUS_OK) {
    status = cfaccess_keys_remote(ngx_http_cfaccess_text(&source->team), options, keys, error);
  }
  cfaccess_remote_options_free(options);
  return status;
}

cfaccess_status ngx_http_cfaccess_make_revocations(const ngx_http_cfaccess_store_t *store,
                                                   cfaccess_revocations **revocations,
                                                   cfaccess_error **error) {
  cfaccess_revocation_options *options = NULL;
  cfaccess_status status = cfaccess_revocation_options_new(&options, error);

  if (status == CFACCESS_STATUS_OK && store->ca_file.len > 0) {
    status = cfaccess_revocation_options_set_ca_file(options, ngx_http_cfaccess_text(&store->ca_file), error);
  }
  if (status == CFACCESS_STATUS_OK) {
    status = cfaccess_revocations_open(ngx_http_cfaccess_text(&store->url),
                                       ngx_http_cfaccess_text(&store->team), options, revocations, error);
  }
  cfaccess_revocation_options_free(options);
  return status;
}

static cfaccess_status ngx_http_cfaccess_set_names(const ngx_http_cfaccess_judge_t *judge,
                                                   cfaccess_config *config, cfaccess_error **error) {
  cfaccess_status status = CFACCESS_STATUS_OK;
  const ngx_str_t *names = judge->audiences->elts;

  for (ngx_uint_t i = 0; status == CFACCESS_STATUS_OK && i < judge->audiences->nelts; i++) {
    status = cfaccess_config_add_audience(config, ngx_http_cfaccess_text(&names[i]), error);
  }
  if (judge->services == NULL) {
    return status;
  }
  names = judge->services->elts;
  for (ngx_uint_t i = 0; status == CFACCESS_STATUS_OK && i < judge->services->nelts; i++) {
    const char *name = ngx_http_cfaccess_text(&names[i]);
    status = ngx_strcmp(name, "any") == 0 ? cfaccess_config_allow_any_service(config, error)
                                          : cfaccess_config_allow_service(config, name, error);
  }
  return status;
}

static cfaccess_status ngx_http_cfaccess_set_config(const ngx_http_cfaccess_judge_t *judge,
                                                    const cfaccess_revocations *revocations,
                                                    cfaccess_config *config, cfaccess_error **error) {
  cfaccess_status status = ngx_http_cfaccess_set_names(judge, config, error);

  if (status == CFACCESS_STATUS_OK) {
    status = cfaccess_config_set_email_header(config, (int32_t)judge->email_header, error);
  }
  if (status == CFACCESS_STATUS_OK) {
    status = cfaccess_config_set_cache_entries(config, judge->cache_entries, error);
  }
  if (status == CFACCESS_STATUS_OK) {
    status = cfaccess_config_set_cache_bytes(config, (int64_t)judge->cache_bytes, error);
  }
  if (status == CFACCESS_STATUS_OK && judge->accept_cookie) {
    status = cfaccess_config_accept_cookie(config, error);
  }
  if (status == CFACCESS_STATUS_OK && judge->leeway != NGX_CONF_UNSET) {
    status = cfaccess_config_set_leeway(config, judge->leeway, error);
  }
  if (status == CFACCESS_STATUS_OK && judge->max_lifetime != NGX_CONF_UNSET) {
    status = cfaccess_config_set_max_lifetime(config, judge->max_lifetime, error);
  }
  if (status == CFACCESS_STATUS_OK && judge->max_age != NGX_CONF_UNSET) {
    status = cfaccess_config_set_max_age(config, judge->max_age, error);
  }
  if (status == CFACCESS_STATUS_OK && revocations != NULL) {
    status = cfaccess_config_set_revocations(config, revocations, error);
  }
  return status;
}

cfaccess_status ngx_http_cfaccess_make_verifier(const ngx_http_cfaccess_judge_t *judge,
                                                const cfaccess_keys *keys,
                                                const cfaccess_revocations *revocations,
                                                cfaccess_verifier **verifier, cfaccess_error **error) {
  cfaccess_config *config = NULL;
  cfaccess_status status = cfaccess_config_new(ngx_http_cfaccess_text(&judge->source->team), &config, error);

  if (status == CFACCESS_STATUS_OK) {
    status = ngx_http_cfaccess_set_config(judge, revocations, config, error);
  }
  if (status == CFACCESS_STATUS_OK) {
    status = cfaccess_verifier_new(config, keys, verifier, error);
  }
  cfaccess_config_free(config);
  return status;
}

static void ngx_http_cfaccess_log_failure(ngx_log_t *log, const char *what, const ngx_str_t *team,
                                          cfaccess_error *error) {
  ngx_log_error(NGX_LOG_EMERG, log, 0,
                "cfaccess: no %s for team \"%V\", requests that need it are answered with 503: %s", what,
                team, cfaccess_error_message(error));
  cfaccess_error_free(error);
}

/* Whatever fails leaves its verifiers NULL: their requests are refused. Fetches begin and are not waited for.
 */
void ngx_http_cfaccess_open(ngx_http_cfaccess_main_conf_t *conf, ngx_log_t *log) {
  ngx_http_cfaccess_source_t **sources = conf->sources.elts;
  ngx_http_cfaccess_store_t **stores = conf->stores.elts;
  ngx_http_cfaccess_judge_t **judges = conf->judges.elts;
  cfaccess_error *error = NULL;

  conf->opened = 1;
  for (ngx_uint_t i = 0; i < conf->sources.nelts; i++) {
    if (ngx_http_cfaccess_make_keys(sources[i], 1, &sources[i]->keys, &error) != CFACCESS_STATUS_OK) {
      ngx_http_cfaccess_log_failure(log, "keys", &sources[i]->team, error);
    } else if (cfaccess_keys_begin(sources[i]->keys, &error) != CFACCESS_STATUS_OK) {
      ngx_http_cfaccess_log_failure(log, "keys yet", &sources[i]->team, error);
    }
  }
  for (ngx_uint_t i = 0; i < conf->stores.nelts; i++) {
    if (ngx_http_cfaccess_make_revocations(stores[i], &stores[i]->revocations, &error) !=
        CFACCESS_STATUS_OK) {
      ngx_http_cfaccess_log_failure(log, "revocations", &stores[i]->team, error);
    } else {
      /* Begins to read; the first request that needs it learns the outcome. */
      (void)!cfaccess_revocations_try_connect(stores[i]->revocations, NULL);
    }
  }
  for (ngx_uint_t i = 0; i < conf->judges.nelts; i++) {
    ngx_http_cfaccess_judge_t *judge = judges[i];
    if (judge->source->keys == NULL || (judge->store != NULL && judge->store->revocations == NULL)) {
      continue;
    }
    const cfaccess_revocations *revocations = judge->store == NULL ? NULL : judge->store->revocations;
    if (ngx_http_cfaccess_make_verifier(judge, judge->source->keys, revocations, &judge->verifier, &error) !=
        CFACCESS_STATUS_OK) {
      ngx_http_cfaccess_log_failure(log, "verifier", &judge->source->team, error);
    }
  }
}

/* Waits for fetches, for at most their timeout: no thread of the library outlives its worker's configuration.
 */
void ngx_http_cfaccess_close(void *main_conf) {
  ngx_http_cfaccess_main_conf_t *conf = main_conf;
  ngx_http_cfaccess_source_t **sources = conf->sources.elts;
  ngx_http_cfaccess_store_t **stores = conf->stores.elts;
  ngx_http_cfaccess_judge_t **judges = conf->judges.elts;

  for (ngx_uint_t i = 0; i < conf->judges.nelts; i++) {
    cfaccess_verifier_free(judges[i]->verifier);
    judges[i]->verifier = NULL;
  }
  for (ngx_uint_t i = 0; i < conf->stores.nelts; i++) {
    cfaccess_revocations_close(stores[i]->revocations);
    cfaccess_revocations_free(stores[i]->revocations);
    stores[i]->revocations = NULL;
  }
  for (ngx_uint_t i = 0; i < conf->sources.nelts; i++) {
    cfaccess_keys_close(sources[i]->keys);
    cfaccess_keys_free(sources[i]->keys);
    sources[i]->keys = NULL;
  }
}
