package org.coopmesh.abuse.decision;

import java.time.Instant;
import org.coopmesh.abuse.subject.MemberId;

/** One of several whom a step takes has spoken for it. */
public record Voice(MemberId by, String reason, Instant at) {}
