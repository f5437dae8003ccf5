/* Any claim by its name. The library has read the payload as strict JSON, so nothing here is malformed. */

#include "ngx_http_cfaccess.h"

typedef struct {
  u_char *at;
  u_char *end;
} ngx_http_cfaccess_text_t;

static ngx_uint_t ngx_http_cfaccess_is_space(u_char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void ngx_http_cfaccess_skip_to(ngx_http_cfaccess_text_t *text, u_char c) {
  while (text->at < text->end && *text->at != c) {
    text->at++;
  }
}

/* From the quote at its beginning past the one at its end. */
static void ngx_http_cfaccess_skip_string(ngx_http_cfaccess_text_t *text) {
  for (text->at++; text->at < text->end && *text->at != '"'; text->at++) {
    if (*text->at == '\\') {
      text->at++;
    }
  }
  text->at = ngx_min(text->at + 1, text->end);
}

/* Reads one value up to the comma or bracket after it, and writes it without the white space between its
 * parts, in which there may be line ends; returns the end of what is written. */
static u_char *ngx_http_cfaccess_copy_value(ngx_http_cfaccess_text_t *text, u_char *to) {
  ngx_uint_t depth = 0;

  while (text->at < text->end) {
    u_char *begin = text->at;
    u_char c = *begin;
    if (depth == 0 && (c == ',' || c == '}')) {
      break;
    }
    if (c == '"') {
      ngx_http_cfaccess_skip_string(text);
      to = ngx_movemem(to, begin, text->at - begin);
      continue;
    }
    if (c == '{' || c == '[') {
      depth++;
    } else if (c == '}' || c == ']') {
      depth--;
    }
    if (!ngx_http_cfaccess_is_space(c)) {
      *to++ = c;
    }
    text->at++;
  }
  return to;
}

/* Finds a member of the object and makes `value` its text; NGX_DECLINED if it has none of that name. The text
 * is written over. */
static ngx_int_t ngx_http_cfaccess_find_member(ngx_http_cfaccess_text_t *text, const ngx_str_t *name,
                                               ngx_str_t *value) {
  for (ngx_http_cfaccess_skip_to(text, '"'); text->at < text->end; ngx_http_cfaccess_skip_to(text, '"')) {
    u_char *key = text->at + 1;
    ngx_http_cfaccess_skip_string(text);
    size_t key_len = text->at - 1 - key;
    ngx_http_cfaccess_skip_to(text, ':');
    value->data = ++text->at;
    value->len = ngx_http_cfaccess_copy_value(text, value->data) - value->data;
    if (key_len == name->len && ngx_memcmp(key, name->data, key_len) == 0) {
      return NGX_OK;
    }
  }
  return NGX_DECLINED;
}

static u_char *ngx_http_cfaccess_write_utf8(u_char *to, uint32_t c) {
  if (c < 0x80) {
    *to++ = (u_char)c;
  } else if (c < 0x800) {
    *to++ = (u_char)(0xc0 | c >> 6);
    *to++ = (u_char)(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    *to++ = (u_char)(0xe0 | c >> 12);
    *to++ = (u_char)(0x80 | (c >> 6 & 0x3f));
    *to++ = (u_char)(0x80 | (c & 0x3f));
  } else {
    *to++ = (u_char)(0xf0 | c >> 18);
    *to++ = (u_char)(0x80 | (c >> 12 & 0x3f));
    *to++ = (u_char)(0x80 | (c >> 6 & 0x3f));
    *to++ = (u_char)(0x80 | (c & 0x3f));
  }
  return to;
}

/* The character of an escape, whose backslash has been read; `from` moves past it. */
static uint32_t ngx_http_cfaccess_read_escape(u_char **from) {
  u_char c = *(*from)++;

  switch (c) {
  case 'b':
  case 'f':
  case 'n':
  case 'r':
  case 't':
    /* One control character is as bad as another. */
    return '\n';
  case 'u':
    break;
  default:
    return c;
  }
  uint32_t high = (uint32_t)ngx_hextoi(*from, 4);
  *from += 4;
  if (high < 0xd800 || high > 0xdbff) {
    return high;
  }
  uint32_t low = (uint32_t)ngx_hextoi(*from + 2, 4);
  *from += 6;
  return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* What a string says; NGX_DECLINED if control characters are in it, which could end a header. */
static ngx_int_t ngx_http_cfaccess_decode(ngx_pool_t *pool, const ngx_str_t *json, ngx_str_t *value) {
  u_char *from = json->data + 1;
  u_char *end = json->data + json->len - 1;
  u_char *to = ngx_pnalloc(pool, json->len);

  if (to == NULL) {
    return NGX_ERROR;
  }
  value->data = to;
  while (from < end) {
    if (*from != '\\') {
      if (*from == 0x7f) {
        return NGX_DECLINED;
      }
      *to++ = *from++;
      continue;
    }
    from++;
    uint32_t c = ngx_http_cfaccess_read_escape(&from);
    if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
      return NGX_DECLINED;
    }
    to = ngx_http_cfaccess_write_utf8(to, c);
  }
  value->len = to - value->data;
  return NGX_OK;
}

/* A string without its quotes, anything else as JSON; NGX_DECLINED if there is no such claim, or it is null.
 */
ngx_int_t ngx_http_cfaccess_read_claim(ngx_pool_t *pool, const cfaccess_str *payload, const ngx_str_t *name,
                                       ngx_str_t *value) {
  ngx_http_cfaccess_text_t text;
  ngx_str_t json;

  text.at = ngx_pnalloc(pool, payload->len);
  if (text.at == NULL) {
    return NGX_ERROR;
  }
  ngx_memcpy(text.at, payload->ptr, payload->len);
  text.end = text.at + payload->len;
  if (ngx_http_cfaccess_find_member(&text, name, &json) != NGX_OK ||
      (json.len == 4 && ngx_memcmp(json.data, "null", 4) == 0)) {
    return NGX_DECLINED;
  }
  if (json.len >= 2 && json.data[0] == '"') {
    ngx_int_t outcome = ngx_http_cfaccess_decode(pool, &json, value);
    if (outcome != NGX_DECLINED) {
      return outcome;
    }
  }
  *value = json;
  return NGX_OK;
}
