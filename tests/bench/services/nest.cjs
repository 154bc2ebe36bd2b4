// Decorators are applied by hand: plain JavaScript has none.
'use strict';
require('reflect-metadata');
const { Body, Controller, Get, Injectable, Module, Param, Post } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const shop = require('./shop.cjs');

class ShopService {
  list = () => shop.list();
  find = (id) => shop.find(id);
  create = (body) => shop.create(body);
  lookUp = (key) => shop.lookUp(key);
  report = (rows) => shop.report(rows);
}
Injectable()(ShopService);

class ShopController {
  constructor(service) {
    this.service = service;
  }
  list() {
    return this.service.list();
  }
  find(id) {
    return this.service.find(id);
  }
  create(body) {
    return this.service.create(body);
  }
  lookUp(key) {
    return this.service.lookUp(key);
  }
  report(rows) {
    return this.service.report(rows);
  }
}

function route(method, decorate, argument) {
  const descriptor = Object.getOwnPropertyDescriptor(ShopController.prototype, method);
  if (argument) argument(ShopController.prototype, method, 0);
  decorate(ShopController.prototype, method, descriptor);
}
route('list', Get('/items'));
route('find', Get('/items/:id'), Param('id'));
route('create', Post('/items'), Body());
route('lookUp', Get('/cached/:key'), Param('key'));
route('report', Get('/report/:rows'), Param('rows'));
Reflect.defineMetadata('design:paramtypes', [ShopService], ShopController);
Controller()(ShopController);

class ShopModule {}
Module({ controllers: [ShopController], providers: [ShopService] })(ShopModule);

NestFactory.create(ShopModule, { logger: false }).then((app) => {
  app.use((request, response, next) => {
    shop.onRequest(request);
    next();
  });
  return app.listen(...shop.listen);
});
