/**
 * Files that came with reports, as nobody but moderators can read them: sealed to the moderators' keys, opened by a moderator's
 * passphrase and a reason that is written down, by several together for the gravest, and erased when their time is over, with a
 * proof that stays. Knows files by number and category, not what they belong to. Upstream: {@code report}, which hands files
 * over, and moderators. Imports nothing.
 */
@NullMarked
package org.coopmesh.abuse.evidence;

import org.jspecify.annotations.NullMarked;
