// The rows that are measured from Node.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { JwtVerifier } from 'aws-jwt-verify'
import { createVerifier } from 'fast-jwt'
import { importSPKI, jwtVerify } from 'jose'

// How many runs there are between two readings of the clock.
const BATCH = 16

const folder = process.argv[2]
const read = (name) => readFileSync(join(folder, name), 'utf8')
const [token, pem, issuer, audience] = ['token', 'key.pem', 'issuer', 'audience'].map(read)
const algorithms = ['RS256']

const fastJwt = { key: pem, algorithms, allowedIss: issuer, allowedAud: audience }
const verify = createVerifier(fastJwt)
const verifyCached = createVerifier({ ...fastJwt, cache: true })

const awsVerifier = JwtVerifier.create({ issuer, audience, jwksUri: `${issuer}/cdn-cgi/access/certs` })
awsVerifier.cacheJwks(JSON.parse(read('keys.json')))

const joseKey = await importSPKI(pem, 'RS256')
const joseOptions = { algorithms, issuer, audience }

const rows = {
  fast_jwt: () => present(verify(token)),
  fast_jwt_cached: () => present(verifyCached(token)),
  aws_jwt_verify: () => present(awsVerifier.verifySync(token)),
}
const asyncRows = {
  jose: async () => present((await jwtVerify(token, joseKey, joseOptions)).payload),
}

// What an application reads has to be there.
function present(claims) {
  if (!claims.email) throw new Error('a claim is missing')
}

function batch(run) {
  for (let i = 0; i < BATCH; i++) run()
}

async function asyncBatch(run) {
  for (let i = 0; i < BATCH; i++) await run()
}

async function nanoseconds(row, milliseconds) {
  const limit = BigInt(milliseconds) * 1_000_000n
  const isAsync = row in asyncRows
  const run = isAsync ? asyncRows[row] : rows[row]
  const once = async () => (isAsync ? await asyncBatch(run) : batch(run))
  await once()
  const begin = process.hrtime.bigint()
  for (let runs = BATCH; ; runs += BATCH) {
    await once()
    const elapsed = process.hrtime.bigint() - begin
    if (elapsed >= limit) return Number(elapsed) / runs
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const [, row, milliseconds] = line.split(' ')
  console.log((await nanoseconds(row, milliseconds)).toFixed(2))
}
