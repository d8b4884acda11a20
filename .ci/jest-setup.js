/** Fastify looks for the name of a plugin among all modules that are loaded; under jest that look took a tenth of the time. */
const NAME = Symbol.for('fastify.display-name');

Object.defineProperty(Function.prototype, NAME, {
  configurable: true,
  get() {
    return this.name;
  },
  set(value) {
    Object.defineProperty(this, NAME, { configurable: true, writable: true, value });
  },
});
