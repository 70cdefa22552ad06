/** Open books: what the co-op has, is owed and has earned, for every member, without anybody's name. Only reads. */
@NullMarked
package org.coopmesh.billing.treasury;

import org.jspecify.annotations.NullMarked;
