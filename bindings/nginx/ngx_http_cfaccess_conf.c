/* The directives, and how a location takes them from what is around it. */

#include "ngx_http_cfaccess.h"

#define NGX_HTTP_CFACCESS_ANYWHERE \
  (NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_HTTP_LMT_CONF)
/* Every worker has a cache for each verifier. */
#define NGX_HTTP_CFACCESS_CACHE_BYTES (8 * 1024 * 1024)
#define NGX_HTTP_CFACCESS_CACHE_ENTRIES 8192

static char *ngx_http_cfaccess_set_enable(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_http_cfaccess_set_list(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_http_cfaccess_set_file(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

static ngx_conf_enum_t ngx_http_cfaccess_email_headers[] = {
    {ngx_string("check"), CFACCESS_EMAIL_HEADER_CHECK},
    {ngx_string("require"), CFACCESS_EMAIL_HEADER_REQUIRE},
    {ngx_string("ignore"), CFACCESS_EMAIL_HEADER_IGNORE},
    {ngx_null_string, 0},
};

#define ngx_http_cfaccess_command(name, arguments, set, member, post)             \
  {ngx_string(name),         NGX_HTTP_CFACCESS_ANYWHERE | (arguments),       set, \
   NGX_HTTP_LOC_CONF_OFFSET, offsetof(ngx_http_cfaccess_loc_conf_t, member), post}

ngx_command_t ngx_http_cfaccess_commands[] = {
    ngx_http_cfaccess_command("cfaccess", NGX_CONF_FLAG, ngx_http_cfaccess_set_enable, enable, NULL),
    ngx_http_cfaccess_command("cfaccess_team", NGX_CONF_TAKE1, ngx_conf_set_str_slot, team, NULL),
    ngx_http_cfaccess_command("cfaccess_audience", NGX_CONF_1MORE, ngx_http_cfaccess_set_list, audiences,
                              NULL),
    ngx_http_cfaccess_command("cfaccess_allow_service", NGX_CONF_1MORE, ngx_http_cfaccess_set_list, services,
                              NULL),
    ngx_http_cfaccess_command("cfaccess_accept_cookie", NGX_CONF_FLAG, ngx_conf_set_flag_slot, accept_cookie,
                              NULL),
    ngx_http_cfaccess_command("cfaccess_email_header", NGX_CONF_TAKE1, ngx_conf_set_enum_slot, email_header,
                              &ngx_http_cfaccess_email_headers),
    ngx_http_cfaccess_command("cfaccess_forward_email", NGX_CONF_FLAG, ngx_conf_set_flag_slot, forward_email,
                              NULL),
    ngx_http_cfaccess_command("cfaccess_leeway", NGX_CONF_TAKE1, ngx_conf_set_sec_slot, leeway, NULL),
    ngx_http_cfaccess_command("cfaccess_max_lifetime", NGX_CONF_TAKE1, ngx_conf_set_sec_slot, max_lifetime,
                              NULL),
    ngx_http_cfaccess_command("cfaccess_max_age", NGX_CONF_TAKE1, ngx_conf_set_sec_slot, max_age, NULL),
    ngx_http_cfaccess_command("cfaccess_cache_entries", NGX_CONF_TAKE1, ngx_conf_set_num_slot, cache_entries,
                              NULL),
    ngx_http_cfaccess_command("cfaccess_cache_bytes", NGX_CONF_TAKE1, ngx_conf_set_size_slot, cache_bytes,
                              NULL),
    ngx_http_cfaccess_command("cfaccess_keys_file", NGX_CONF_TAKE1, ngx_http_cfaccess_set_file, keys_file,
                              NULL),
    ngx_http_cfaccess_command("cfaccess_ca_file", NGX_CONF_TAKE1, ngx_http_cfaccess_set_file, ca_file, NULL),
    ngx_http_cfaccess_command("cfaccess_proxy", NGX_CONF_TAKE1, ngx_conf_set_str_slot, proxy, NULL),
    ngx_http_cfaccess_command("cfaccess_local", NGX_CONF_TAKE1, ngx_conf_set_str_slot, local, NULL),
    ngx_http_cfaccess_command("cfaccess_fetch_timeout", NGX_CONF_TAKE1, ngx_conf_set_msec_slot, fetch_timeout,
                              NULL),
    ngx_http_cfaccess_command("cfaccess_cooldown", NGX_CONF_TAKE1, ngx_conf_set_msec_slot, cooldown, NULL),
    ngx_http_cfaccess_command("cfaccess_max_stale", NGX_CONF_TAKE1, ngx_conf_set_sec_slot, max_stale, NULL),
    ngx_http_cfaccess_command("cfaccess_revocations", NGX_CONF_TAKE1, ngx_conf_set_str_slot, revocations,
                              NULL),
    {ngx_string("cfaccess_cache_path"), NGX_HTTP_MAIN_CONF | NGX_CONF_TAKE1, ngx_conf_set_path_slot,
     NGX_HTTP_MAIN_CONF_OFFSET, offsetof(ngx_http_cfaccess_main_conf_t, cache_path), NULL},
    ngx_null_command,
};

static char *ngx_http_cfaccess_set_enable(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
  ngx_http_cfaccess_loc_conf_t *location = conf;
  char *outcome = ngx_conf_set_flag_slot(cf, cmd, conf);

  if (outcome == NGX_CONF_OK) {
    location->file = cf->conf_file->file.name;
    location->line = cf->conf_file->line;
  }
  return outcome;
}

static char *ngx_http_cfaccess_set_list(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
  ngx_array_t **list = (ngx_array_t **)((char *)conf + cmd->offset);
  ngx_str_t *arguments = cf->args->elts;

  if (*list == NULL) {
    *list = ngx_array_create(cf->pool, cf->args->nelts, sizeof(ngx_str_t));
    if (*list == NULL) {
      return NGX_CONF_ERROR;
    }
  }
  ngx_str_t *place = ngx_array_push_n(*list, cf->args->nelts - 1);
  if (place == NULL) {
    return NGX_CONF_ERROR;
  }
  ngx_memcpy(place, &arguments[1], (cf->args->nelts - 1) * sizeof(ngx_str_t));
  return NGX_CONF_OK;
}

/* A relative path begins at the folder of nginx.conf. */
static char *ngx_http_cfaccess_set_file(ngx_conf_t *cf, ngx_command_t *cmd, void *conf) {
  ngx_str_t *path = (ngx_str_t *)((char *)conf + cmd->offset);
  char *outcome = ngx_conf_set_str_slot(cf, cmd, conf);

  if (outcome == NGX_CONF_OK && ngx_conf_full_name(cf->cycle, path, 1) != NGX_OK) {
    return NGX_CONF_ERROR;
  }
  return outcome;
}

void *ngx_http_cfaccess_create_main_conf(ngx_conf_t *cf) {
  ngx_http_cfaccess_main_conf_t *conf = ngx_pcalloc(cf->pool, sizeof *conf);
  ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cf->pool, 0);

  if (conf == NULL || cleanup == NULL ||
      ngx_array_init(&conf->sources, cf->pool, 4, sizeof(void *)) != NGX_OK ||
      ngx_array_init(&conf->stores, cf->pool, 4, sizeof(void *)) != NGX_OK ||
      ngx_array_init(&conf->judges, cf->pool, 4, sizeof(void *)) != NGX_OK) {
    return NULL;
  }
  cleanup->handler = ngx_http_cfaccess_close;
  cleanup->data = conf;
  return conf;
}

void *ngx_http_cfaccess_create_loc_conf(ngx_conf_t *cf) {
  ngx_http_cfaccess_loc_conf_t *conf = ngx_pcalloc(cf->pool, sizeof *conf);

  if (conf == NULL) {
    return NULL;
  }
  conf->enable = NGX_CONF_UNSET;
  conf->accept_cookie = NGX_CONF_UNSET;
  conf->email_header = NGX_CONF_UNSET_UINT;
  conf->forward_email = NGX_CONF_UNSET;
  conf->leeway = NGX_CONF_UNSET;
  conf->max_lifetime = NGX_CONF_UNSET;
  conf->max_age = NGX_CONF_UNSET;
  conf->cache_entries = NGX_CONF_UNSET;
  conf->cache_bytes = NGX_CONF_UNSET_SIZE;
  conf->fetch_timeout = NGX_CONF_UNSET_MSEC;
  conf->cooldown = NGX_CONF_UNSET_MSEC;
  conf->max_stale = NGX_CONF_UNSET;
  return conf;
}

char *ngx_http_cfaccess_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child) {
  ngx_http_cfaccess_loc_conf_t *outer = parent;
  ngx_http_cfaccess_loc_conf_t *conf = child;

  if (conf->enable == NGX_CONF_UNSET) {
    conf->enable = outer->enable;
    conf->file = outer->file;
    conf->line = outer->line;
  }
  if (conf->audiences == NULL) {
    conf->audiences = outer->audiences;
  }
  if (conf->services == NULL) {
    conf->services = outer->services;
  }
  ngx_conf_merge_str_value(conf->team, outer->team, "");
  ngx_conf_merge_value(conf->accept_cookie, outer->accept_cookie, 0);
  ngx_conf_merge_uint_value(conf->email_header, outer->email_header, CFACCESS_EMAIL_HEADER_CHECK);
  ngx_conf_merge_value(conf->forward_email, outer->forward_email, 1);
  /* The library knows the defaults of those that stay unset. */
  ngx_conf_merge_sec_value(conf->leeway, outer->leeway, NGX_CONF_UNSET);
  ngx_conf_merge_sec_value(conf->max_lifetime, outer->max_lifetime, NGX_CONF_UNSET);
  ngx_conf_merge_sec_value(conf->max_age, outer->max_age, NGX_CONF_UNSET);
  ngx_conf_merge_value(conf->cache_entries, outer->cache_entries, NGX_HTTP_CFACCESS_CACHE_ENTRIES);
  ngx_conf_merge_size_value(conf->cache_bytes, outer->cache_bytes, NGX_HTTP_CFACCESS_CACHE_BYTES);
  ngx_conf_merge_str_value(conf->keys_file, outer->keys_file, "");
  ngx_conf_merge_str_value(conf->ca_file, outer->ca_file, "");
  if (conf->proxy.data == NULL) {
    conf->proxy = outer->proxy;
  }
  ngx_conf_merge_str_value(conf->local, outer->local, "");
  ngx_conf_merge_msec_value(conf->fetch_timeout, outer->fetch_timeout, 5000);
  ngx_conf_merge_msec_value(conf->cooldown, outer->cooldown, NGX_CONF_UNSET_MSEC);
  ngx_conf_merge_sec_value(conf->max_stale, outer->max_stale, NGX_CONF_UNSET);
  ngx_conf_merge_str_value(conf->revocations, outer->revocations, "");
  return conf->enable == 1 ? ngx_http_cfaccess_find_judge(cf, conf) : NGX_CONF_OK;
}
