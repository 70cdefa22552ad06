/**
 * Signed usage reports and the hours they add up to: what every usage charge rests on. Upstream are the nodes, which
 * report over gRPC. Knows attachments and bytes, neither members' names nor money. May import {@code ledger} and {@code
 * subscription} only.
 */
@NullMarked
package org.coopmesh.billing.metering;

import org.jspecify.annotations.NullMarked;
