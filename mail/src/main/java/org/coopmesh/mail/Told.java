package org.coopmesh.mail;

import java.util.UUID;

/**
 * Somebody is to be told something.
 *
 * @param notice the kind of letter, 1 to 40 characters; one writer of the service knows it
 * @param about what it is about; of each there is one mail per notice
 * @param recipient who it is for, by the service's own id
 */
public record Told(String notice, UUID about, UUID recipient) {}
