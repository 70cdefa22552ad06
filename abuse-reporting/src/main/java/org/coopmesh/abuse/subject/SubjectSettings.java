package org.coopmesh.abuse.subject;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The co-op's policy for look-ups of people.
 *
 * @param secondModerator whether every look-up waits for another moderator to agree
 */
@ConfigurationProperties("coopmesh.look-up")
record SubjectSettings(boolean secondModerator) {}
