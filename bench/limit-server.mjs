/**
 * The limit: a bare Fastify on the same SQLite package, which does one thing and none of ours. It parses the body, adds an
 * id, inserts one row under two unique indexes and answers after the disk sync; creates of one event-loop turn share it,
 * as ours do. GET answers the stored text. It validates nothing, authenticates nobody and keeps no journal or lane.
 */
import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import Database from 'libsql';

const database = new Database(process.argv[2]);
for (const pragma of ['journal_mode = wal', 'synchronous = full']) database.pragma(pragma);
database.exec('create table user (id text primary key, user_name text unique, document text)');
const insert = database.prepare('insert into user (id, user_name, document) values (?, ?, ?)');
const select = database.prepare('select document from user where id = ?');

let waiting = [];
function flush() {
  const batch = waiting;
  waiting = [];
  database.exec('begin immediate');
  for (const { row } of batch) insert.run(row);
  database.exec('commit');
  for (const { done } of batch) done();
}

const server = Fastify();
server.addContentTypeParser('application/scim+json', { parseAs: 'string' }, (_request, body, done) =>
  done(null, JSON.parse(body)),
);
server.post('/Users', (request, reply) => {
  const user = { ...request.body, id: randomUUID() };
  const document = JSON.stringify(user);
  if (waiting.length === 0) setImmediate(flush);
  waiting.push({
    row: [user.id, user.userName, document],
    done: () => reply.code(201).header('content-type', 'application/scim+json').send(document),
  });
});
server.get('/Users/:id', (request, reply) =>
  reply.header('content-type', 'application/scim+json').send(select.all([request.params.id])[0].document),
);
process.stdout.write(`listening ${await server.listen({ port: 0 })}\n`);
