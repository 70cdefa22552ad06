/**
 * What this service holds about people and why, everything about oneself to take along, and the end of it. Reads and blanks tables of
 * other capabilities by the register alone. May import {@code subject}.
 */
@NullMarked
package org.coopmesh.abuse.privacy;

import org.jspecify.annotations.NullMarked;
