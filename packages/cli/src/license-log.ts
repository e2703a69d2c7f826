/** The audit log that every verb of `gov license` writes to. */
export const LICENSE_LOG = 'licences';
