/**
 * Bans as firewalls of others take them: the live feed in the shape of CrowdSec's local API, the keys to it, and where they are
 * used. Upstream: {@code ban} and {@code outside}, which say what begins and ends to be dropped by address. May import
 * {@code subject}.
 */
@NullMarked
package org.coopmesh.abuse.bouncer;

import org.jspecify.annotations.NullMarked;
