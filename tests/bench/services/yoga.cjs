'use strict';
const http = require('node:http');
const { createSchema, createYoga } = require('graphql-yoga');
const { port, host, onRequest } = require('./base.cjs');

const books = Array.from({ length: 50 }, (_, index) => ({
  id: index + 1,
  title: `book ${index + 1}`,
}));
const schema = createSchema({
  typeDefs: `
    type Book { id: Int! title: String! }
    type Query { book(id: Int!): Book books(first: Int!): [Book!]! }
    type Mutation { rename(id: Int!, title: String!): Book }
  `,
  resolvers: {
    Query: {
      book: (_, { id }) => books[id - 1],
      books: (_, { first }) => books.slice(0, first),
    },
    Mutation: { rename: (_, { id, title }) => ({ ...books[id - 1], title }) },
  },
});
const yoga = createYoga({ schema, logging: false });
http
  .createServer((request, response) => {
    onRequest();
    yoga(request, response);
  })
  .listen(port, host);
