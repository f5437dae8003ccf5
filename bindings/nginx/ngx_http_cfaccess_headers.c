/* The headers of requests and answers. */

#include "ngx_http_cfaccess.h"

static const ngx_str_t ngx_http_cfaccess_email_name = ngx_string("Cf-Access-Authenticated-User-Email");
static const ngx_str_t ngx_http_cfaccess_token_name = ngx_string("Cf-Access-Jwt-Assertion");
static const ngx_str_t ngx_http_cfaccess_cookie_name = ngx_string("Cookie");

static ngx_uint_t ngx_http_cfaccess_is_named(const ngx_table_elt_t *header, const ngx_str_t *name) {
  return header->key.len == name->len && ngx_strncasecmp(header->key.data, name->data, name->len) == 0;
}

/* FastCGI and its like make `-` and `_` the same, so an application may take either for the other. */
static ngx_uint_t ngx_http_cfaccess_looks_like(const ngx_table_elt_t *header, const ngx_str_t *name) {
  if (header->key.len != name->len) {
    return 0;
  }
  for (size_t i = 0; i < name->len; i++) {
    u_char c = header->key.data[i] == '_' ? '-' : header->key.data[i];
    if (ngx_tolower(c) != ngx_tolower(name->data[i])) {
      return 0;
    }
  }
  return 1;
}

static ngx_uint_t ngx_http_cfaccess_is_email(const ngx_table_elt_t *header) {
  return ngx_http_cfaccess_looks_like(header, &ngx_http_cfaccess_email_name);
}

/* What an application could read in place of what is verified. */
static ngx_uint_t ngx_http_cfaccess_is_unverified(const ngx_table_elt_t *header) {
  return ngx_http_cfaccess_is_email(header) ||
         (ngx_http_cfaccess_looks_like(header, &ngx_http_cfaccess_token_name) &&
          !ngx_http_cfaccess_is_named(header, &ngx_http_cfaccess_token_name));
}

/* The next part of a list that is being made, whose first part lies in the list itself. */
static ngx_list_part_t *ngx_http_cfaccess_add_part(ngx_pool_t *pool, ngx_list_t *list) {
  if (list->part.nelts == 0) {
    return &list->part;
  }
  ngx_list_part_t *part = ngx_pcalloc(pool, sizeof *part);
  if (part != NULL) {
    list->last->next = part;
    list->last = part;
  }
  return part;
}

/* Elements must not move, for the core points to them, and parts may be shared with subrequests. So the
 * headers become a list of new parts, in which the old elements lie where they were. */
static ngx_int_t ngx_http_cfaccess_replace(ngx_http_request_t *r, ngx_table_elt_t *email) {
  ngx_list_t *old = &r->headers_in.headers;
  ngx_list_t list = {.size = old->size, .pool = r->pool};

  list.last = &list.part;
  for (ngx_list_part_t *from = &old->part; from != NULL; from = from->next) {
    ngx_table_elt_t *headers = from->elts;
    ngx_uint_t begin = 0;
    for (ngx_uint_t i = 0; i <= from->nelts; i++) {
      if (i < from->nelts && !ngx_http_cfaccess_is_unverified(&headers[i])) {
        continue;
      }
      if (i > begin) {
        ngx_list_part_t *part = ngx_http_cfaccess_add_part(r->pool, &list);
        if (part == NULL) {
          return NGX_ERROR;
        }
        part->elts = &headers[begin];
        part->nelts = i - begin;
      }
      begin = i + 1;
    }
  }
  ngx_table_elt_t *room = email;
  if (email != NULL || list.part.nelts == 0) {
    ngx_list_part_t *part = ngx_http_cfaccess_add_part(r->pool, &list);
    room = email != NULL ? email : ngx_pcalloc(r->pool, sizeof *room);
    if (part == NULL || room == NULL) {
      return NGX_ERROR;
    }
    part->elts = room;
    part->nelts = email != NULL;
  }
  /* There is no room after the last element, so that whoever adds one begins a part. */
  list.nalloc = list.last->nelts > 0 ? list.last->nelts : 1;
  if (list.last == &list.part) {
    list.last = &old->part;
  }
  *old = list;
  return NGX_OK;
}

static ngx_uint_t ngx_http_cfaccess_next(ngx_list_part_t **part, ngx_uint_t *i) {
  while (*part != NULL && *i >= (*part)->nelts) {
    *part = (*part)->next;
    *i = 0;
  }
  return *part != NULL;
}

/* Removes what the client says of who it is, and remembers it the first time. */
ngx_int_t ngx_http_cfaccess_strip(ngx_http_request_t *r, ngx_http_cfaccess_ctx_t *ctx) {
  ngx_list_part_t *part = &r->headers_in.headers.part;
  ngx_uint_t found = 0;

  for (ngx_uint_t i = 0; ngx_http_cfaccess_next(&part, &i); i++) {
    ngx_table_elt_t *header = (ngx_table_elt_t *)part->elts + i;
    if (!ngx_http_cfaccess_is_unverified(header)) {
      continue;
    }
    found = 1;
    if (ngx_http_cfaccess_is_email(header) && !ctx->is_stripped) {
      ngx_str_t *email = ngx_array_push(&ctx->emails);
      if (email == NULL) {
        return NGX_ERROR;
      }
      *email = header->value;
    }
  }
  ctx->is_stripped = 1;
  return found ? ngx_http_cfaccess_replace(r, NULL) : NGX_OK;
}

/* The verified address takes the place of every other. */
ngx_int_t ngx_http_cfaccess_insert_email(ngx_http_request_t *r, const cfaccess_str *email) {
  ngx_table_elt_t *header = ngx_pcalloc(r->pool, sizeof *header);
  u_char *lower = ngx_pnalloc(r->pool, ngx_http_cfaccess_email_name.len);
  u_char *value = ngx_pnalloc(r->pool, email->len + 1);

  if (header == NULL || lower == NULL || value == NULL) {
    return NGX_ERROR;
  }
  ngx_memcpy(value, email->ptr, email->len);
  value[email->len] = '\0';
  header->hash = ngx_hash_strlow(lower, ngx_http_cfaccess_email_name.data, ngx_http_cfaccess_email_name.len);
  header->key = ngx_http_cfaccess_email_name;
  header->lowcase_key = lower;
  header->value.data = value;
  header->value.len = email->len;
  return ngx_http_cfaccess_replace(r, header);
}

static ngx_int_t ngx_http_cfaccess_collect_one(ngx_array_t *headers, const ngx_str_t *name,
                                               const ngx_str_t *value) {
  cfaccess_header *place = ngx_array_push(headers);

  if (place == NULL) {
    return NGX_ERROR;
  }
  place->name = (const char *)name->data;
  place->name_len = name->len;
  place->value = (const char *)value->data;
  place->value_len = value->len;
  return NGX_OK;
}

/* The headers that a verdict depends on, as cfaccess_header: those of the client, also if they were removed.
 */
ngx_int_t ngx_http_cfaccess_collect(ngx_http_request_t *r, const ngx_http_cfaccess_ctx_t *ctx,
                                    ngx_array_t *headers) {
  ngx_list_part_t *part = &r->headers_in.headers.part;
  const ngx_str_t *emails = ctx->emails.elts;

  for (ngx_uint_t i = 0; ngx_http_cfaccess_next(&part, &i); i++) {
    const ngx_table_elt_t *header = (ngx_table_elt_t *)part->elts + i;
    const ngx_str_t *name = NULL;
    if (ngx_http_cfaccess_is_named(header, &ngx_http_cfaccess_token_name) ||
        ngx_http_cfaccess_is_named(header, &ngx_http_cfaccess_cookie_name)) {
      name = &header->key;
    } else if (!ctx->is_stripped && ngx_http_cfaccess_is_email(header)) {
      name = &ngx_http_cfaccess_email_name;
    }
    if (name != NULL && ngx_http_cfaccess_collect_one(headers, name, &header->value) != NGX_OK) {
      return NGX_ERROR;
    }
  }
  for (ngx_uint_t i = 0; i < ctx->emails.nelts; i++) {
    if (ngx_http_cfaccess_collect_one(headers, &ngx_http_cfaccess_email_name, &emails[i]) != NGX_OK) {
      return NGX_ERROR;
    }
  }
  return NGX_OK;
}

/* Adds a header to the answer; NULL if there is no memory. */
ngx_table_elt_t *ngx_http_cfaccess_add_header(ngx_http_request_t *r, const char *name, const char *value) {
  ngx_table_elt_t *header = ngx_list_push(&r->headers_out.headers);

  if (header != NULL) {
    ngx_memzero(header, sizeof *header);
    header->hash = 1;
    header->key.data = (u_char *)name;
    header->key.len = ngx_strlen(name);
    header->value.data = (u_char *)value;
    header->value.len = ngx_strlen(value);
  }
  return header;
}
