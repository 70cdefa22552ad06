package org.coopmesh.abuse.plea;

import java.time.Instant;
import java.util.UUID;
import org.coopmesh.abuse.report.Language;
import org.coopmesh.abuse.subject.Prefix;

/** Somebody wants a link by which to appeal against whatever bans one address. */
record Asking(UUID id, Prefix address, String email, Language language, Instant askedAt) {}
