/*
 * What the header promises about the stack: 256 KiB are enough for every call and every token.
 */
#include "vectors.h"

#include <pthread.h>

enum { PROMISED = 256 * 1024 };

struct input {
  cfaccess_verifier *verifier;
  char *token;
  size_t length;
  int64_t now;
};

/* The calls that a token can make to nest; none of them is judged here. */
static void *make_every_call(void *argument) {
  const struct input *input = argument;
  const cfaccess_header headers[] = {{"Cf-Access-Jwt-Assertion", 23, input->token, input->length}};
  cfaccess_claims *claims;
  char *json;
  if (cfaccess_verifier_explain(input->verifier, input->token, input->length, input->now, &json, NULL) ==
      CFACCESS_STATUS_OK) {
    cfaccess_string_free(json);
  }
  (void)!cfaccess_verifier_verify_request_at(input->verifier, headers, 1, input->now, &claims, NULL);
  cfaccess_claims_free(claims);
  (void)!cfaccess_verifier_verify_at(input->verifier, input->token, input->length, input->now, &claims, NULL);
  if (claims != NULL) {
    must(cfaccess_claims_json(claims, &json, NULL) == CFACCESS_STATUS_OK, "claims as JSON");
    cfaccess_string_free(json);
    must(cfaccess_groups_from_custom(claims->custom.ptr, claims->custom.len, &json, NULL) ==
             CFACCESS_STATUS_OK,
         "groups");
    cfaccess_string_free(json);
  }
  cfaccess_claims_free(claims);
  return NULL;
}

static void *load_document(void *argument) {
  const struct input *input = argument;
  cfaccess_keys *keys;
  (void)!cfaccess_keys_from_json(input->token, input->length, &keys, NULL);
  cfaccess_keys_free(keys);
  return NULL;
}

static void on_promised_stack(void *(*call)(void *), struct input *input) {
  pthread_attr_t attributes;
  pthread_t thread;
  must(pthread_attr_init(&attributes) == 0, "attributes");
  must(pthread_attr_setstacksize(&attributes, PROMISED) == 0, "a stack");
  must(pthread_create(&thread, &attributes, call, input) == 0, "a thread");
  must(pthread_join(thread, NULL) == 0, "the thread ends");
  pthread_attr_destroy(&attributes);
}

static void every_token_fits(void) {
  json_t *document = read_json(VECTORS "/tokens.json");
  const json_t *defaults = json_object_get(document, "defaults");
  size_t index;
  json_t *vector;
  json_array_foreach(json_object_get(document, "vectors"), index, vector) {
    vector_name = json_string_value(json_object_get(vector, "name"));
    struct input input = {.now = json_integer_value(of(vector, defaults, "now"))};
    input.verifier = verifier_of_vector(vector, defaults);
    input.token = bytes_of(json_object_get(vector, "token"), &input.length);
    on_promised_stack(make_every_call, &input);
    cfaccess_verifier_free(input.verifier);
    free(input.token);
  }
  EXPECT(index > 1000);
  json_decref(document);
}

static void every_document_fits(void) {
  json_t *document = read_json(VECTORS "/keys.json");
  size_t index;
  json_t *vector;
  json_array_foreach(json_object_get(document, "vectors"), index, vector) {
    struct input input = {0};
    input.token = bytes_of(json_object_get(vector, "document"), &input.length);
    on_promised_stack(load_document, &input);
    free(input.token);
  }
  EXPECT(index > 100);
  json_decref(document);
}

int main(void) {
  RUN(every_token_fits);
  RUN(every_document_fits);
  return all_stories_passed();
}
