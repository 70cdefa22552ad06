package org.coopmesh.membership.release;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where releases of the agent come from.
 *
 * @param dir folder with {@code manifest}, {@code signature}, {@code share} and the files by their hash; empty: nodes are
 *     offered none
 */
@ConfigurationProperties("coopmesh.release")
record ReleaseSettings(@DefaultValue("") String dir) {}
