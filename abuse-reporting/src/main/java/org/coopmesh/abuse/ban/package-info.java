/**
 * Bans of members, nodes and addresses, each with an end or permanent, and the list of what is never banned. Upstream:
 * {@code decision}, and moderators directly. May import {@code subject}, {@code report}, {@code casework}, {@code decision} and
 * {@code bouncer}.
 * Says on {@code coopmesh.abuse.ban.v1} which addresses and nodes are banned; a ban of a member is a measure and is said on
 * {@code coopmesh.abuse.decision.v1}.
 */
@NullMarked
package org.coopmesh.abuse.ban;

import org.jspecify.annotations.NullMarked;
