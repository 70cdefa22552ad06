package org.coopmesh.billing.document;

import java.util.List;
import java.util.UUID;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.coopmesh.privacy.Enclosures;
import org.springframework.stereotype.Component;

/** Puts a member's invoices and credit notes, as they were sent, into the archive of everything about them. */
@Component
class BillsOfMember implements Enclosures {
    private final Documents documents;
    private final PayerRegister register;

    BillsOfMember(Documents documents, PayerRegister register) {
        this.documents = documents;
        this.register = register;
    }

    @Override
    public List<UUID> of(UUID member) {
        return documents.readyOf(register.payersOf(new MemberId(member)));
    }

    @Override
    public List<Enclosure> files(UUID id) {
        return documents
                .find(id)
                .map(kept ->
                        List.of(
                                new Enclosure("bills/" + kept.number() + ".pdf", kept.pdf()),
                                new Enclosure("bills/" + kept.number() + ".xml", kept.xml())))
                .orElse(List.of());
    }
}
