/**
 * `@gov/store`: the ports of every room below on PostgreSQL and embedded PGlite.
 *
 * @packageDocumentation
 */
export {};
