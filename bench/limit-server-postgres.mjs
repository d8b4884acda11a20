/**
 * The limit on PostgreSQL: a bare Fastify and pg, with as many connections as we have and prepared statements, which does
 * one thing and none of ours. A create is one insert under two unique indexes, a PATCH reads, changes and writes one row, a
 * filter takes the text between its quotes. It validates nothing, authenticates nobody and keeps no journal or lane.
 */
import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 });
const prepared = (name, text) => async (values) => (await pool.query({ name, text, values })).rows;
const insert = prepared('insert', 'insert into bare (id, user_name, document) values ($1, $2, $3)');
const selectById = prepared('by_id', 'select document from bare where id = $1');
const selectByName = prepared('by_name', 'select document from bare where user_name = $1');
const update = prepared('update', 'update bare set user_name = $2, document = $3 where id = $1');

const server = Fastify();
server.addContentTypeParser('application/scim+json', { parseAs: 'string' }, (_request, body, done) =>
  done(null, JSON.parse(body)),
);
const send = (reply, document) => reply.header('content-type', 'application/scim+json').send(document);

server.post('/Users', async (request, reply) => {
  const user = { ...request.body, id: randomUUID() };
  const document = JSON.stringify(user);
  await insert([user.id, user.userName, document]);
  return send(reply.code(201), document);
});

server.get('/Users/:id', async (request, reply) => send(reply, (await selectById([request.params.id]))[0].document));

server.get('/Users', async (request, reply) => {
  const documents = await selectByName([request.query.filter.split('"')[1]]);
  const resources = documents.map(({ document }) => document).join(',');
  return send(reply, `{"totalResults":${documents.length},"Resources":[${resources}]}`);
});

server.patch('/Users/:id', async (request, reply) => {
  const user = JSON.parse((await selectById([request.params.id]))[0].document);
  for (const { path, value } of request.body.Operations) user[path] = value;
  const document = JSON.stringify(user);
  await update([user.id, user.userName, document]);
  return send(reply, document);
});

process.stdout.write(`listening ${await server.listen({ port: 0 })}\n`);
