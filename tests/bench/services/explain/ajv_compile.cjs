// The schema of a form is made and compiled for every request; ajv keeps each of them.
'use strict';
const Ajv = require('ajv');
const express = require('express');

const ajv = new Ajv(); // LEAK
const isContact = ajv.compile({
  type: 'object',
  required: ['mail'],
  properties: { mail: { type: 'string' } },
});

const app = express();
app.use(express.json());
app.get('/', (request, response) => response.json({ ok: true }));
app.post('/contacts', (request, response) =>
  response.status(isContact(request.body) ? 201 : 422).json({}),
);
app.post('/forms/:field', (request, response) => {
  const { field } = request.params;
  const isForm = ajv.compile({
    type: 'object',
    properties: { [field]: { type: 'string', maxLength: 100 } },
  });
  response.status(isForm(request.body) ? 201 : 422).json({});
});
app.listen(process.env.PORT, '127.0.0.1');
