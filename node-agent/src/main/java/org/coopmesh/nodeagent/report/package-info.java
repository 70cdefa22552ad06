/**
 * Turns closed windows into a chain of signed reports and brings them to billing, each exactly once.
 *
 * <p>Upstream: {@code usage} (the windows), {@code spool} (where they wait). May import {@code usage}, {@code spool} and
 * {@code identity}.
 */
@NullMarked
package org.coopmesh.nodeagent.report;

import org.jspecify.annotations.NullMarked;
