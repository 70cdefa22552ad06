package org.coopmesh.abuse.subject;

import java.time.ZoneId;

/** What this service knows of the co-op as a whole. */
public record Coop(String name, ZoneId zone) {}
