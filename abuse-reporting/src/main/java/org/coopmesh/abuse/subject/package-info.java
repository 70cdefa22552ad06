/**
 * Who held an address at that moment: a copy of what membership-service says about members, sites, nodes and attachments.
 * Upstream: the topics {@code coopmesh.membership.coop.v1}, {@code .member.v1} and {@code .node.v1}. Every look-up of a person
 * needs a case and a reason and is written down for good. May import {@code transparency}.
 */
@NullMarked
package org.coopmesh.abuse.subject;

import org.jspecify.annotations.NullMarked;
