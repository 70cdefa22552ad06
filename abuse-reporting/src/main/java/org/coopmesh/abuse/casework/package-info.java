/**
 * Cases: what reports about one thing are gathered in, and how far a moderator has come with it. Upstream: {@code report}.
 * May import {@code subject}, {@code evidence} and {@code report}. Says on {@code coopmesh.abuse.casework.v1} who closed a case.
 */
@NullMarked
package org.coopmesh.abuse.casework;

import org.jspecify.annotations.NullMarked;
