/**
 * The schema, by numbered migrations. A migration that was released is never edited: its checksum is recorded in every database.
 * Names avoid words that some database keeps for itself (number, row, level, record, value, options).
 */

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** Keys are compared octet by octet, whatever the locale of the database: the order is the same everywhere, and quicker. */
const KEY = 'text COLLATE "C"';

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'register, batches, audit log, one-time stores',
    statements: [
      `CREATE TABLE counter (
        counter_name ${KEY} NOT NULL,
        last_number bigint NOT NULL,
        CONSTRAINT counter_key PRIMARY KEY (counter_name)
      )`,
      `CREATE TABLE license (
        identifier ${KEY} NOT NULL,
        type_code ${KEY} NOT NULL,
        issuer_code ${KEY} NOT NULL,
        serial_text ${KEY} NOT NULL,
        license_version integer NOT NULL,
        license_number ${KEY} NOT NULL,
        issue_act ${KEY} NOT NULL,
        replaces ${KEY},
        issued_at ${KEY} NOT NULL,
        valid_to ${KEY} NOT NULL,
        license_status ${KEY} NOT NULL,
        status_at ${KEY} NOT NULL,
        status_reason text,
        status_audit_index bigint,
        slot_list integer NOT NULL,
        slot_index integer NOT NULL,
        request_key ${KEY},
        request_digest ${KEY},
        batch_id ${KEY},
        batch_row integer,
        audit_index bigint NOT NULL,
        license_json text,
        qr_text text,
        CONSTRAINT license_key PRIMARY KEY (identifier),
        CONSTRAINT license_number_key UNIQUE (type_code, issuer_code, license_number, license_version),
        CONSTRAINT license_slot_key UNIQUE (issuer_code, slot_list, slot_index),
        CONSTRAINT license_request_key UNIQUE (issuer_code, request_key),
        CONSTRAINT license_batch_key UNIQUE (batch_id, batch_row)
      )`,
      'CREATE INDEX license_serial ON license (type_code, issuer_code, serial_text)',
      `CREATE TABLE license_document (
        identifier ${KEY} NOT NULL,
        form ${KEY} NOT NULL,
        content bytea NOT NULL,
        CONSTRAINT license_document_key PRIMARY KEY (identifier, form),
        CONSTRAINT license_document_of FOREIGN KEY (identifier) REFERENCES license (identifier)
      )`,
      `CREATE TABLE license_print (
        identifier ${KEY} NOT NULL,
        prints integer NOT NULL,
        CONSTRAINT license_print_key PRIMARY KEY (identifier),
        CONSTRAINT license_print_of FOREIGN KEY (identifier) REFERENCES license (identifier)
      )`,
      `CREATE TABLE kept_request (
        issuer_code ${KEY} NOT NULL,
        request_key ${KEY} NOT NULL,
        request_digest ${KEY} NOT NULL,
        kept_at ${KEY} NOT NULL,
        CONSTRAINT kept_request_key PRIMARY KEY (issuer_code, request_key)
      )`,
      `CREATE TABLE batch (
        batch_id ${KEY} NOT NULL,
        type_code ${KEY} NOT NULL,
        issuer_code ${KEY} NOT NULL,
        batch_digest ${KEY},
        batch_rows integer NOT NULL,
        range_size integer NOT NULL,
        first_serial bigint NOT NULL,
        first_slot bigint NOT NULL,
        created_at ${KEY} NOT NULL,
        batch_options text NOT NULL,
        CONSTRAINT batch_key PRIMARY KEY (batch_id),
        CONSTRAINT batch_digest_key UNIQUE (batch_digest)
      )`,
      `CREATE TABLE batch_range (
        batch_id ${KEY} NOT NULL,
        range_index integer NOT NULL,
        packed_rows bytea NOT NULL,
        CONSTRAINT batch_range_key PRIMARY KEY (batch_id, range_index),
        CONSTRAINT batch_range_of FOREIGN KEY (batch_id) REFERENCES batch (batch_id)
      )`,
      `CREATE TABLE audit_log (
        log_name ${KEY} NOT NULL,
        log_size bigint NOT NULL,
        CONSTRAINT audit_log_key PRIMARY KEY (log_name)
      )`,
      `CREATE TABLE audit_tile (
        log_name ${KEY} NOT NULL,
        tile_level integer NOT NULL,
        tile_index bigint NOT NULL,
        hashes bytea NOT NULL,
        CONSTRAINT audit_tile_key PRIMARY KEY (log_name, tile_level, tile_index)
      )`,
      `CREATE TABLE audit_entry (
        log_name ${KEY} NOT NULL,
        entry_index bigint NOT NULL,
        content bytea NOT NULL,
        CONSTRAINT audit_entry_key PRIMARY KEY (log_name, entry_index)
      )`,
      `CREATE TABLE audit_secret (
        log_name ${KEY} NOT NULL,
        entry_index bigint NOT NULL,
        openings integer NOT NULL,
        openings_json text NOT NULL,
        CONSTRAINT audit_secret_key PRIMARY KEY (log_name, entry_index)
      )`,
      `CREATE TABLE replay (
        scope ${KEY} NOT NULL,
        token_id ${KEY} NOT NULL,
        until_time ${KEY} NOT NULL,
        CONSTRAINT replay_key PRIMARY KEY (scope, token_id)
      )`,
      'CREATE INDEX replay_until ON replay (until_time)',
      `CREATE TABLE one_time (
        scope ${KEY} NOT NULL,
        code_digest ${KEY} NOT NULL,
        kept_text text NOT NULL,
        until_time ${KEY} NOT NULL,
        CONSTRAINT one_time_key PRIMARY KEY (scope, code_digest)
      )`,
      'CREATE INDEX one_time_until ON one_time (until_time)',
      `CREATE TABLE erasure (
        log_name ${KEY} NOT NULL,
        entry_index bigint NOT NULL,
        erased_at ${KEY} NOT NULL,
        signed_record text NOT NULL,
        CONSTRAINT erasure_key PRIMARY KEY (log_name, entry_index)
      )`,
    ],
  },
  {
    version: 2,
    name: 'issued tokens, sessions, mandates, directory',
    statements: [
      `CREATE TABLE issued_token (
        token_id ${KEY} NOT NULL,
        token_issuer ${KEY} NOT NULL,
        token_kind ${KEY} NOT NULL,
        client_id ${KEY} NOT NULL,
        subject ${KEY} NOT NULL,
        session_id ${KEY},
        parent_issuer ${KEY},
        parent_token ${KEY},
        mandate_id ${KEY},
        issued_at ${KEY} NOT NULL,
        expires_at ${KEY} NOT NULL,
        slot_list integer,
        slot_index integer,
        revoked_at ${KEY},
        CONSTRAINT issued_token_key PRIMARY KEY (token_id),
        CONSTRAINT issued_token_slot_key UNIQUE (slot_list, slot_index)
      )`,
      'CREATE INDEX issued_token_session ON issued_token (session_id)',
      'CREATE INDEX issued_token_parent ON issued_token (parent_token, parent_issuer)',
      'CREATE INDEX issued_token_mandate ON issued_token (mandate_id)',
      'CREATE INDEX issued_token_expiry ON issued_token (expires_at)',
      `CREATE TABLE login_session (
        session_id ${KEY} NOT NULL,
        subject ${KEY} NOT NULL,
        upstream_issuer ${KEY},
        upstream_subject ${KEY},
        upstream_session ${KEY},
        started_at ${KEY} NOT NULL,
        expires_at ${KEY} NOT NULL,
        ended_at ${KEY},
        CONSTRAINT login_session_key PRIMARY KEY (session_id)
      )`,
      'CREATE INDEX login_session_upstream ON login_session (upstream_issuer, upstream_subject)',
      'CREATE INDEX login_session_upstream_id ON login_session (upstream_issuer, upstream_session)',
      'CREATE INDEX login_session_expiry ON login_session (expires_at)',
      `CREATE TABLE mandate (
        mandate_id ${KEY} NOT NULL,
        principal ${KEY} NOT NULL,
        agent ${KEY} NOT NULL,
        expires_at ${KEY} NOT NULL,
        revoked_at ${KEY},
        mandate_json text NOT NULL,
        CONSTRAINT mandate_key PRIMARY KEY (mandate_id)
      )`,
      'CREATE INDEX mandate_agent ON mandate (agent)',
      `CREATE TABLE directory_entry (
        entry_kind ${KEY} NOT NULL,
        entry_id ${KEY} NOT NULL,
        parent_id ${KEY},
        entry_state ${KEY} NOT NULL,
        entry_version integer NOT NULL,
        changed_at ${KEY} NOT NULL,
        content_json text NOT NULL,
        CONSTRAINT directory_entry_key PRIMARY KEY (entry_kind, entry_id)
      )`,
      'CREATE INDEX directory_entry_parent ON directory_entry (entry_kind, parent_id, entry_id)',
    ],
  },
  {
    version: 3,
    name: 'delegations and links of city codes',
    statements: [
      // Octets: there is a row for each delegation that ever was.
      `CREATE TABLE device_key (
        key_digest bytea NOT NULL,
        CONSTRAINT device_key_key PRIMARY KEY (key_digest)
      )`,
      `CREATE TABLE delegation (
        tag ${KEY} NOT NULL,
        expires_at ${KEY} NOT NULL,
        holder ${KEY} NOT NULL,
        relative_holder ${KEY},
        revoked integer NOT NULL,
        CONSTRAINT delegation_key PRIMARY KEY (tag)
      )`,
      'CREATE INDEX delegation_holder ON delegation (holder)',
      'CREATE INDEX delegation_expiry ON delegation (revoked, expires_at, tag)',
      `CREATE TABLE code_link (
        link_key ${KEY} NOT NULL,
        linked_text ${KEY} NOT NULL,
        linked_at ${KEY} NOT NULL,
        CONSTRAINT code_link_key PRIMARY KEY (link_key)
      )`,
      'CREATE INDEX code_link_at ON code_link (linked_at, link_key)',
    ],
  },
];
