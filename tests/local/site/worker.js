// Answers every navigation with the shell, as the workers of single-page applications do, except those to paths that
// it is registered with: worker.js?network=/sign-in
const network = new URL(location).searchParams.getAll("network");

addEventListener("install", (event) => {
  event.waitUntil(caches.open("shell").then((cache) => cache.add("/shell")));
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.mode === "navigate" && !network.some((path) => pathname.startsWith(path))) {
    event.respondWith(caches.match("/shell"));
  }
});
