/**
 * `@gov/table`: tables as departments fill them (表格): CSV, XLSX and JSON Lines, read as a stream with cell-exact errors.
 *
 * @packageDocumentation
 */
export {};
