//   VALIDATOR  zod or ajv
'use strict';
const http = require('node:http');
const { port, host, onRequest } = require('./base.cjs');

const VALIDATORS = {
  zod() {
    const { z } = require('zod');
    const shape = z.object({
      name: z.string().min(1),
      price: z.number().positive(),
      tags: z.array(z.string()),
    });
    return (value) => shape.safeParse(value).success;
  },
  ajv() {
    const Ajv = require('ajv');
    return new Ajv({ allErrors: true }).compile({
      type: 'object',
      required: ['name', 'price', 'tags'],
      properties: {
        name: { type: 'string', minLength: 1 },
        price: { type: 'number', exclusiveMinimum: 0 },
        tags: { type: 'array', items: { type: 'string' } },
      },
    });
  },
};

const isValid = VALIDATORS[process.env.VALIDATOR]();
http
  .createServer(async (request, response) => {
    onRequest();
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    response.statusCode = isValid(text ? JSON.parse(text) : {}) ? 200 : 422;
    response.end('{}');
  })
  .listen(port, host);
