package org.coopmesh.abuse.decision;

import org.coopmesh.abuse.casework.Matter;
import org.coopmesh.abuse.report.Language;

/**
 * A decision as its member reads it.
 *
 * @param bound the decision as it was when it began to bind
 */
record Statement(
        Decision decision, Decision.InForce bound, Matter matter, Language language, String text) {}
