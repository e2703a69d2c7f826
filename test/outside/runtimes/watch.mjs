// What the packages must leave alone: the globals, the objects of the language, the network.

/** Storage that some runtimes open, or complain about, as soon as it is looked at. */
const UNTOUCHED = new Set(['localStorage', 'sessionStorage', 'indexedDB', 'caches']);

/** Every own property of the global object and of what the language brings, as it is now. */
function snapshot() {
  const objects = new Map([['globalThis', globalThis]]);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (UNTOUCHED.has(name)) continue;
    try {
      // Runtimes fill in many globals when they are first looked at: that is their change, not ours.
      const value = globalThis[name];
      if (typeof value === 'function') {
        objects.set(name, value);
        if (value.prototype instanceof Object || value === Object) objects.set(`${name}.prototype`, value.prototype);
      }
    } catch {
      // some throw outside a window of their own
    }
  }
  for (const name of ['Math', 'JSON', 'Reflect', 'Intl', 'Atomics']) objects.set(name, globalThis[name]);
  objects.set('TypedArray', Object.getPrototypeOf(Uint8Array));
  objects.set('TypedArray.prototype', Object.getPrototypeOf(Uint8Array.prototype));
  const properties = new Map();
  for (const [name, object] of objects) {
    for (const own of Reflect.ownKeys(object)) {
      const { value, get, set } = Object.getOwnPropertyDescriptor(object, own);
      properties.set(`${name}.${String(own)}`, [value, get, set]);
    }
  }
  return properties;
}

/** Names of the properties that came, went or hold something else. */
function differences(before, after) {
  const names = new Set([...before.keys(), ...after.keys()]);
  const same = (was, now) => was !== undefined && now !== undefined && was.every((part, i) => Object.is(part, now[i]));
  return [...names].filter((name) => !same(before.get(name), after.get(name)));
}

/**
 * From now on connections are counted, and refused. Answers a function that tells what changed since.
 * @param connectors further ways out: [object, name of its method]
 */
export function watch(connectors = []) {
  const calls = [];
  const ways = ['fetch', 'WebSocket', 'XMLHttpRequest', 'EventSource', 'WebTransport', 'RTCPeerConnection']
    .filter((name) => typeof globalThis[name] === 'function')
    .map((name) => [globalThis, name]);
  for (const [object, name] of [...ways, ...connectors]) {
    object[name] = function refused() {
      calls.push(name);
      throw new Error(`${name} was called`);
    };
  }
  const before = snapshot();
  // What differs between two looks at once answers anew every time.
  const restless = new Set(differences(before, snapshot()));
  return () => ({
    changed: differences(before, snapshot()).filter((name) => !restless.has(name)),
    connections: calls,
  });
}
