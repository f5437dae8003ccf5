// Sends streams of tokens through jose, as told on standard input: see ../driver.py.

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { createRemoteJWKSet, jwtVerify } from "jose";

// How long an answer may be outstanding at the end.
const PATIENCE_SECONDS = 3;

const environment = process.env;
const keys = createRemoteJWKSet(new URL(environment.FAULTS_URL), {
  timeoutDuration: Number(environment.FAULTS_TIMEOUT),
  cooldownDuration: Number(environment.FAULTS_COOLDOWN),
  cacheMaxAge: Number(environment.FAULTS_AGE),
});
const expectedClaims = { issuer: environment.FAULTS_ISSUER, audience: environment.FAULTS_AUDIENCE };

const now = () => (performance.timeOrigin + performance.now()) / 1000;
const readTokens = (path) => readFileSync(path, "utf8").trim().split("\n");

// "OK", or the name of the error.
async function verify(token) {
  try {
    await jwtVerify(token, keys, expectedClaims);
    return "OK";
  } catch (error) {
    // What fetch() fails with hides its reason in the cause; some causes have a number for a code.
    const codes = [error.cause?.code, error.code, error.name];
    return codes.find((code) => typeof code === "string");
  }
}

// A request that finds no free worker counts from the moment when it was due.
async function waitUntil(due) {
  const ahead = due - now();
  if (ahead < 0) return due;
  await sleep(ahead * 1000);
  return now();
}

// Tokens at a steady rate, taken up by whichever worker is free.
class Stream {
  constructor(name, path, rate, workers, count) {
    Object.assign(this, { name, rate, expected: count, next: 0, start: now(), samples: [] });
    this.tokens = readTokens(path);
    this.answered = 0;
    for (let i = 0; i < workers; i++) this.work();
  }

  stop() {
    this.expected = Math.min(this.expected, Math.floor((now() - this.start) * this.rate) + 1);
  }

  due(number) {
    return this.start + number / this.rate;
  }

  async work() {
    for (;;) {
      const number = this.next++;
      if (number >= this.expected) return;
      const begin = await waitUntil(this.due(number));
      if (number >= this.expected) return;
      const verdict = await verify(this.tokens[number % this.tokens.length]);
      this.samples[number] = { begin, wait: now() - begin, verdict };
      this.answered++;
    }
  }

  print() {
    for (let number = 0; number < this.expected; number++) {
      const due = this.due(number);
      const { begin, wait, verdict } =
        this.samples[number] ?? { begin: due, wait: now() - due, verdict: "unanswered" };
      console.log(`sample ${this.name} ${begin.toFixed(6)} ${wait.toFixed(6)} ${verdict}`);
    }
  }
}

const streams = new Map();
const commands = {
  stream: (name, path, ...numbers) => streams.set(name, new Stream(name, path, ...numbers.map(Number))),
  warm: async (path) => console.log("warm", await verify(readTokens(path)[0])),
  stop: (name) => streams.get(name).stop(),
  end: async () => {
    const all = [...streams.values()];
    for (const stream of all) stream.stop();
    const latest = now() + PATIENCE_SECONDS;
    while (all.some((stream) => stream.answered < stream.expected) && now() < latest) await sleep(10);
    for (const stream of all) stream.print();
    console.log("end");
  },
};

console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...words] = line.split(" ");
  await commands[command](...words);
}
process.exit(0);
