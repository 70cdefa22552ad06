/**
 * Mails: queued with the fact that they tell of, written when their turn comes, handed to a mail server once. The queue is a
 * table of the service that uses it; what a mail says, and who it comes from, the service is asked. Imports nothing of theirs.
 */
@NullMarked
package org.coopmesh.mail;

import org.jspecify.annotations.NullMarked;
