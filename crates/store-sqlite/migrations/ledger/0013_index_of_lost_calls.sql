-- Schema 13 of the ledger: the few calls that an upstream may have billed for nothing are listed without reading all the others.
CREATE INDEX calls_lost ON calls (call_id) WHERE lost_upstream IS NOT NULL;
