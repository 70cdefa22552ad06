/**
 * Windows on disk until billing has made them durable: bounded in bytes, safe against a crash at any byte.
 *
 * <p>Upstream: {@code usage}, whose counter snapshot each frame carries as bytes. Imports no other capability; what a
 * report says is not its business.
 */
@NullMarked
package org.coopmesh.nodeagent.spool;

import org.jspecify.annotations.NullMarked;
