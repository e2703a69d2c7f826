/**
 * A package of bench/node_modules. Types are not asked for: type checking must do without the peers installed.
 * @param {string} name
 * @returns {Promise<any>}
 */
export const peer = (name) => import(name);
