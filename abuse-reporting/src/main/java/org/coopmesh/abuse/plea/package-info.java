/**
 * Appeals of people who are no members against bans of addresses: without an account, by a link that goes to a mail address, heard
 * by a moderator who had no part in the ban, answered by mail. Upstream: people, and {@code ban}, whose ends it hears. May import
 * {@code subject}, {@code report}, {@code casework}, {@code decision}, {@code bouncer} and {@code ban}.
 */
@NullMarked
package org.coopmesh.abuse.plea;

import org.jspecify.annotations.NullMarked;
