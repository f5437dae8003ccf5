/* What locations accept is found out once for all of them that say the same, and checked. Nothing is fetched.
 */

#include "ngx_http_cfaccess.h"

#define NGX_HTTP_CFACCESS_MOST_KEYS (1024 * 1024)

static char *ngx_http_cfaccess_error(ngx_conf_t *cf, const ngx_http_cfaccess_loc_conf_t *conf,
                                     const char *message) {
  ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "cfaccess: %s, for \"cfaccess on\" in %V:%ui", message,
                &conf->file, conf->line);
  return NGX_CONF_ERROR;
}

static ngx_uint_t ngx_http_cfaccess_same(const ngx_str_t *one, const ngx_str_t *other) {
  return one->len == other->len && (one->data == NULL) == (other->data == NULL) &&
         (one->len == 0 || ngx_memcmp(one->data, other->data, one->len) == 0);
}

static ngx_uint_t ngx_http_cfaccess_same_list(const ngx_array_t *one, const ngx_array_t *other) {
  if (one == NULL || other == NULL || one == other) {
    return one == other;
  }
  if (one->nelts != other->nelts) {
    return 0;
  }
  const ngx_str_t *of_one = one->elts;
  const ngx_str_t *of_other = other->elts;
  for (ngx_uint_t i = 0; i < one->nelts; i++) {
    if (!ngx_http_cfaccess_same(&of_one[i], &of_other[i])) {
      return 0;
    }
  }
  return 1;
}

static void *ngx_http_cfaccess_add(ngx_conf_t *cf, ngx_array_t *list, size_t size) {
  void **place = ngx_array_push(list);
  void *object = ngx_pcalloc(cf->pool, size);

  if (place == NULL || object == NULL) {
    return NULL;
  }
  *place = object;
  return object;
}

/* Read here, with the rights of the user who starts nginx. */
static char *ngx_http_cfaccess_read_keys(ngx_conf_t *cf, const ngx_str_t *path, ngx_str_t *json) {
  ngx_file_info_t info;
  ngx_file_t file = {.name = *path, .log = cf->log};
  char *outcome = NGX_CONF_ERROR;

  file.fd = ngx_open_file(path->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
  if (file.fd == NGX_INVALID_FILE) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno, "cfaccess: \"%V\" cannot be opened", path);
    return NGX_CONF_ERROR;
  }
  if (ngx_fd_info(file.fd, &info) == NGX_FILE_ERROR || !ngx_is_file(&info) ||
      ngx_file_size(&info) > NGX_HTTP_CFACCESS_MOST_KEYS) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "cfaccess: \"%V\" is not a file of at most 1 MiB", path);
    goto close;
  }
  json->data = ngx_pnalloc(cf->pool, ngx_file_size(&info) + 1);
  if (json->data == NULL) {
    goto close;
  }
  ssize_t length = ngx_read_file(&file, json->data, ngx_file_size(&info), 0);
  if (length == NGX_ERROR) {
    ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno, "cfaccess: \"%V\" cannot be read", path);
    goto close;
  }
  json->len = length;
  outcome = NGX_CONF_OK;

close:
  ngx_close_file(file.fd);
  return outcome;
}

/* The file is named after the team, and after whom the keys are trusted to come from: copies that were
 * fetched in another way are not used. */
static u_char *ngx_http_cfaccess_cache_file(ngx_conf_t *cf, const ngx_path_t *folder,
                                            const ngx_http_cfaccess_source_t *source) {
  size_t size = folder->name.len + source->team.len + sizeof("/-00000000.json");
  u_char *path = ngx_pnalloc(cf->pool, size);
  uint32_t hash;

  if (path == NULL) {
    return NULL;
  }
  ngx_crc32_init(hash);
  ngx_crc32_update(&hash, source->ca_file.data, source->ca_file.len);
  ngx_crc32_update(&hash, (u_char *)" ", 1);
  ngx_crc32_update(&hash, source->proxy.data, source->proxy.len);
  ngx_crc32_final(hash);
  u_char *place = ngx_cpymem(path, folder->name.data, folder->name.len);
  *place++ = '/';
  for (size_t i = 0; i < source->team.len; i++) {
    u_char c = source->team.data[i];
    *place++ =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ? c : '-';
  }
  *ngx_sprintf(place, "-%08xD.json", hash) = '\0';
  return path;
}

static ngx_http_cfaccess_source_t *ngx_http_cfaccess_find_source(ngx_conf_t *cf,
                                                                 ngx_http_cfaccess_main_conf_t *main_conf,
                                                                 ngx_http_cfaccess_loc_conf_t *conf) {
  ngx_http_cfaccess_source_t **sources = main_conf->sources.elts;

  for (ngx_uint_t i = 0; i < main_conf->sources.nelts; i++) {
    ngx_http_cfaccess_source_t *each = sources[i];
    if (ngx_http_cfaccess_same(&each->team, &conf->team) &&
        ngx_http_cfaccess_same(&each->keys_file, &conf->keys_file) &&
        ngx_http_cfaccess_same(&each->ca_file, &conf->ca_file) &&
        ngx_http_cfaccess_same(&each->proxy, &conf->proxy) &&
        ngx_http_cfaccess_same(&each->local, &conf->local) && each->timeout == conf->fetch_timeout &&
        each->cooldown == conf->cooldown && each->max_stale == conf->max_stale) {
      return each;
    }
  }
  ngx_http_cfaccess_source_t *source = ngx_http_cfaccess_add(cf, &main_conf->sources, sizeof *source);
  if (source == NULL) {
    return NULL;
  }
  source->team = conf->team;
  source->keys_file = conf->keys_file;
  source->ca_file = conf->ca_file;
  source->proxy = conf->proxy;
  source->local = conf->local;
  source->timeout = conf->fetch_timeout;
  source->cooldown = conf->cooldown;
  source->max_stale = conf->max_stale;
  if (source->keys_file.len > 0) {
    return ngx_http_cfaccess_read_keys(cf, &source->keys_file, &source->json) == NGX_CONF_OK ? source : NULL;
  }
  return source;
}

static ngx_http_cfaccess_store_t *ngx_http_cfaccess_find_store(ngx_conf_t *cf,
                                                               ngx_http_cfaccess_main_conf_t *main_conf,
                                                               ngx_http_cfaccess_loc_conf_t *conf) {
  ngx_http_cfaccess_store_t **stores = main_conf->stores.elts;

  for (ngx_uint_t i = 0; i < main_conf->stores.nelts; i++) {
    ngx_http_cfaccess_store_t *each = stores[i];
    if (ngx_http_cfaccess_same(&each->team, &conf->team) &&
        ngx_http_cfaccess_same(&each->url, &conf->revocations) &&
        ngx_http_cfaccess_same(&each->ca_file, &conf->ca_file)) {
      return each;
    }
  }
  ngx_http_cfaccess_store_t *store = ngx_http_cfaccess_add(cf, &main_conf->stores, sizeof *store);
  if (store != NULL) {
    store->team = conf->team;
    store->url = conf->revocations;
    store->ca_file = conf->ca_file;
  }
  return store;
}

/* Makes everything once and frees it again, for the errors and warnings. */
static char *ngx_http_cfaccess_try(ngx_conf_t *cf, ngx_http_cfaccess_loc_conf_t *conf,
                                   const ngx_http_cfaccess_judge_t *judge) {
  cfaccess_keys *keys = NULL;
  cfaccess_revocations *revocations = NULL;
  cfaccess_verifier *verifier = NULL;
  cfaccess_error *error = NULL;
  char *outcome = NGX_CONF_OK;

  if (ngx_http_cfaccess_make_keys(judge->source, 0, &keys, &error) == CFACCESS_STATUS_OK &&
      (judge->store == NULL ||
       ngx_http_cfaccess_make_revocations(judge->store, &revocations, &error) == CFACCESS_STATUS_OK) &&
      ngx_http_cfaccess_make_verifier(judge, keys, revocations, &verifier, &error) == CFACCESS_STATUS_OK) {
    const char *warning;
    for (size_t i = 0; (warning = cfaccess_verifier_warning(verifier, i)) != NULL; i++) {
      ngx_log_error(NGX_LOG_WARN, cf->log, 0, "cfaccess: %s, for \"cfaccess on\" in %V:%ui", warning,
                    &conf->file, conf->line);
    }
  } else {
    outcome = ngx_http_cfaccess_error(cf, conf, cfaccess_error_message(error));
  }
  cfaccess_verifier_free(verifier);
  cfaccess_revocations_free(revocations);
  cfaccess_keys_free(keys);
  cfaccess_error_free(error);
  return outcome;
}

static ngx_uint_t ngx_http_cfaccess_same_judge(const ngx_http_cfaccess_judge_t *one,
                                               const ngx_http_cfaccess_judge_t *other) {
  return one->source == other->source && one->store == other->store &&
         ngx_http_cfaccess_same_list(one->audiences, other->audiences) &&
         ngx_http_cfaccess_same_list(one->services, other->services) &&
         one->accept_cookie == other->accept_cookie && one->email_header == other->email_header &&
         one->leeway == other->leeway && one->max_lifetime == other->max_lifetime &&
         one->max_age == other->max_age && one->cache_entries == other->cache_entries &&
         one->cache_bytes == other->cache_bytes;
}

char *ngx_http_cfaccess_find_judge(ngx_conf_t *cf, ngx_http_cfaccess_loc_conf_t *conf) {
  ngx_http_cfaccess_main_conf_t *main_conf = ngx_http_conf_get_module_main_conf(cf, ngx_http_cfaccess_module);

  if (conf->team.len == 0) {
    return ngx_http_cfaccess_error(cf, conf, "\"cfaccess_team\" is missing");
  }
  if (conf->audiences == NULL) {
    return ngx_http_cfaccess_error(cf, conf, "\"cfaccess_audience\" is missing");
  }
  ngx_http_cfaccess_judge_t wanted = {
      .audiences = conf->audiences,
      .services = conf->services,
      .accept_cookie = conf->accept_cookie,
      .email_header = conf->email_header,
      .leeway = conf->leeway,
      .max_lifetime = conf->max_lifetime,
      .max_age = conf->max_age,
      .cache_entries = conf->cache_entries,
      .cache_bytes = conf->cache_bytes,
  };
  wanted.source = ngx_http_cfaccess_find_source(cf, main_conf, conf);
  if (wanted.source == NULL) {
    return NGX_CONF_ERROR;
  }
  if (main_conf->cache_path != NULL && wanted.source->keys_file.len == 0 &&
      wanted.source->cache_file == NULL) {
    wanted.source->cache_file = ngx_http_cfaccess_cache_file(cf, main_conf->cache_path, wanted.source);
    if (wanted.source->cache_file == NULL) {
      return NGX_CONF_ERROR;
    }
  }
  if (conf->revocations.len > 0) {
    wanted.store = ngx_http_cfaccess_find_store(cf, main_conf, conf);
    if (wanted.store == NULL) {
      return NGX_CONF_ERROR;
    }
  }
  ngx_http_cfaccess_judge_t **judges = main_conf->judges.elts;
  for (ngx_uint_t i = 0; i < main_conf->judges.nelts; i++) {
    if (ngx_http_cfaccess_same_judge(judges[i], &wanted)) {
      conf->judge = judges[i];
      return NGX_CONF_OK;
    }
  }
  conf->judge = ngx_http_cfaccess_add(cf, &main_conf->judges, sizeof *conf->judge);
  if (conf->judge == NULL) {
    return NGX_CONF_ERROR;
  }
  *conf->judge = wanted;
  return ngx_http_cfaccess_try(cf, conf, conf->judge);
}
