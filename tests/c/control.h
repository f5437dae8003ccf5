/*
 * How to drive the endpoint of tests/endpoint, which runs next to the program: see its control.py. The
 * environment says where it is.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include "support.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

static inline const char *place_of(const char *variable) {
  const char *value = getenv(variable);
  must(value != NULL, variable);
  return value;
}

/* The whole answer to an HTTP request, cut off where `answer` ends. */
static inline void ask_endpoint(const char *method, const char *path, const char *body, char *answer,
                                size_t size) {
  unsigned port;
  must(sscanf(place_of("CFACCESS_TEST_CONTROL"), "http://127.0.0.1:%u", &port) == 1, "a port");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  must(connection >= 0 && connect(connection, (struct sockaddr *)&address, sizeof address) == 0,
       "a connection");

  char request[1024];
  int length = snprintf(request, sizeof request, "%s %s HTTP/1.0\r\nContent-Length: %zu\r\n\r\n%s", method,
                        path, strlen(body), body);
  must(length < (int)sizeof request && write(connection, request, (size_t)length) == length, "a request");
  size_t got = 0;
  ssize_t more;
  while (got + 1 < size && (more = read(connection, answer + got, size - 1 - got)) > 0) {
    got += (size_t)more;
  }
  answer[got] = '\0';
  close(connection);
}

/* From the next request on; in JSON, with the names of Behaviour. */
static inline void behave(const char *behaviour) {
  char answer[512];
  ask_endpoint("PUT", "/behaviour", behaviour, answer, sizeof answer);
  must(strstr(answer, " 204 ") != NULL, answer);
}

/* How many requests came. */
static inline int requests(void) {
  static char answer[1 << 20];
  ask_endpoint("GET", "/requests", "", answer, sizeof answer);
  int count = 0;
  for (const char *at = answer; (at = strstr(at, "\"path\"")) != NULL; at++) {
    count++;
  }
  return count;
}

#endif
