package org.coopmesh.billing.costshare;

import java.util.List;

/** What a month's costs were shared by: kept with the allocation, so that each share can be recomputed from it. */
record Facts(List<Participant> participants, LinkTree tree) {
    Facts {
        participants = List.copyOf(participants);
    }
}
