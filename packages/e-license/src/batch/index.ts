/**
 * `@gov/e-license/batch`: licences in bulk (批量制发).
 *
 * @packageDocumentation
 */
export {};
