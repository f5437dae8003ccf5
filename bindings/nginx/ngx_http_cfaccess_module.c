/* The module: which phases it works in, and what it does as a process begins and ends. */

#include "ngx_http_cfaccess.h"

static ngx_int_t ngx_http_cfaccess_add_handler(ngx_conf_t *cf, ngx_http_phases phase,
                                               ngx_http_handler_pt handler) {
  ngx_http_core_main_conf_t *core = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
  ngx_http_handler_pt *place = ngx_array_push(&core->phases[phase].handlers);

  if (place == NULL) {
    return NGX_ERROR;
  }
  *place = handler;
  return NGX_OK;
}

static ngx_int_t ngx_http_cfaccess_postconfiguration(ngx_conf_t *cf) {
  if (ngx_http_cfaccess_add_handler(cf, NGX_HTTP_PREACCESS_PHASE, ngx_http_cfaccess_preaccess) != NGX_OK) {
    return NGX_ERROR;
  }
  return ngx_http_cfaccess_add_handler(cf, NGX_HTTP_ACCESS_PHASE, ngx_http_cfaccess_access);
}

/* While the major version is 0, only libraries of one minor version fit each other. */
static ngx_int_t ngx_http_cfaccess_init_module(ngx_cycle_t *cycle) {
  if (cfaccess_version_number() >> 8 == CFACCESS_VERSION_NUMBER >> 8) {
    return NGX_OK;
  }
  ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                "cfaccess: the module was built for version %d.%d of the library, loaded is %s; "
                "restart nginx if they were upgraded",
                CFACCESS_VERSION_MAJOR, CFACCESS_VERSION_MINOR, cfaccess_version());
  return NGX_ERROR;
}

/* Never an error: a worker that cannot start is not started again. */
static ngx_int_t ngx_http_cfaccess_init_process(ngx_cycle_t *cycle) {
  ngx_http_cfaccess_main_conf_t *conf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_cfaccess_module);

  if (conf != NULL && (ngx_process == NGX_PROCESS_WORKER || ngx_process == NGX_PROCESS_SINGLE)) {
    ngx_http_cfaccess_open(conf, cycle->log);
  }
  return NGX_OK;
}

static void ngx_http_cfaccess_exit_process(ngx_cycle_t *cycle) {
  ngx_http_cfaccess_main_conf_t *conf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_cfaccess_module);

  if (conf != NULL) {
    ngx_http_cfaccess_close(conf);
  }
}

static ngx_http_module_t ngx_http_cfaccess_context = {
    .preconfiguration = ngx_http_cfaccess_add_variables,
    .postconfiguration = ngx_http_cfaccess_postconfiguration,
    .create_main_conf = ngx_http_cfaccess_create_main_conf,
    .create_loc_conf = ngx_http_cfaccess_create_loc_conf,
    .merge_loc_conf = ngx_http_cfaccess_merge_loc_conf,
};

ngx_module_t ngx_http_cfaccess_module = {
    NGX_MODULE_V1,
    &ngx_http_cfaccess_context,
    ngx_http_cfaccess_commands,
    NGX_HTTP_MODULE,
    NULL, /* init master */
    ngx_http_cfaccess_init_module,
    ngx_http_cfaccess_init_process,
    NULL, /* init thread */
    NULL, /* exit thread */
    ngx_http_cfaccess_exit_process,
    NULL, /* exit master */
    NGX_MODULE_V1_PADDING,
};
