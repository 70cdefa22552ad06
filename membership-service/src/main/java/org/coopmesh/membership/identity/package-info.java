/**
 * Sign-in and roles: accounts, the authorization server, its page, and who may do what.
 *
 * <p>Upstream: nothing. May import: nothing of this service. The door is {@link org.coopmesh.membership.identity.SignIn}.
 * What people are told goes by the module {@code mail}; where else they are reached is asked of {@link
 * org.coopmesh.membership.identity.Contacts}, which a capability to the right implements.
 * Every grant of a role is kept in an append-only table; {@link org.coopmesh.membership.identity.RolesChanged} tells it
 * inside the transaction.
 */
@NullMarked
package org.coopmesh.membership.identity;

import org.jspecify.annotations.NullMarked;
