package org.coopmesh.billing.payroll;

import static java.util.Objects.requireNonNull;

import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.coopmesh.billing.party.PartyRegister;
import org.coopmesh.billing.party.Seller;
import org.coopmesh.billing.payroll.PayRun.Approved;
import org.coopmesh.billing.payroll.PayRun.Heading;
import org.coopmesh.billing.payroll.PayRun.Line;
import org.coopmesh.billing.payroll.PayRun.Method;
import org.coopmesh.billing.subscription.Coop;
import org.coopmesh.billing.subscription.MemberId;
import org.coopmesh.billing.subscription.PayerRegister;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Pays approved runs through the bank: a file with what is due, then the word that the bank took it. */
@Service
class Paying {
    private static final String CURRENCY = "EUR";

    private final Payroll payroll;
    private final PayRuns runs;
    private final PayAccounts accounts;
    private final Transfers transfers;
    private final PartyRegister parties;
    private final PayerRegister register;
    private final Clock clock;

    Paying(
            Payroll payroll,
            PayRuns runs,
            PayAccounts accounts,
            Transfers transfers,
            PartyRegister parties,
            PayerRegister register,
            Clock clock) {
        this.payroll = payroll;
        this.runs = runs;
        this.accounts = accounts;
        this.transfers = transfers;
        this.parties = parties;
        this.register = register;
        this.clock = clock;
    }

    /** Files for the bank that were not withdrawn, the newest first. */
    List<Transfer> transfers(UUID run) {
        return transfers.of(run);
    }

    /** Which of these moderators said where they want to be paid. */
    Map<MemberId, PayAccount> accounts(Heading run) {
        return accounts.of(run.lines().stream().map(Line::moderator).toList());
    }

    /**
     * Makes a file for the bank of all lines that are due, in no file yet, and of somebody who said where to be paid.
     *
     * @throws PayRunNotFound if there is no such run
     * @throws PayRunRefused if it was not approved, there is nothing to transfer, the co-op's account is not known, or it
     *     counts in another currency than SEPA
     */
    @Transactional
    Transfer make(UUID run, LocalDate on, MemberId by) {
        runs.lock();
        Approved approved = payroll.approved(run);
        Coop coop = register.coop();
        if (!coop.currency().getCurrencyCode().equals(CURRENCY)) {
            throw new PayRunRefused(
                    "not-sepa", "SEPA transfers are in euros; pay and write it down");
        }
        Instant now = clock.instant();
        if (on.isBefore(coop.dayAt(now))) {
            throw new PayRunRefused("execution-day", "executeOn: today or later");
        }
        Seller seller =
                parties.seller()
                        .filter(known -> known.iban() != null)
                        .orElseThrow(() ->
                                new PayRunRefused(
                                        "account-unknown", "say the co-op's name and IBAN first"));
        Map<MemberId, PayAccount> known = accounts(approved.heading());
        List<Line> lines =
                approved.heading().lines().stream()
                        .filter(line -> line.isDue() && line.transfer() == null)
                        .filter(line -> known.containsKey(line.moderator()))
                        .toList();
        if (lines.isEmpty()) {
            throw new PayRunRefused(
                    "nothing-to-transfer",
                    "nothing is due to anybody who said where to be paid, and in no file yet");
        }
        String month = approved.heading().month().toString();
        String message =
                "PAY-%s-%s-%d"
                        .formatted(month, run.toString().substring(0, 8), transfers.made(run) + 1);
        var payments = new ArrayList<TransferFile.Transfer>();
        for (Line line : lines) {
            payments.add(
                    new TransferFile.Transfer(
                            message + "-" + line.number(),
                            line.pay(),
                            requireNonNull(known.get(line.moderator())),
                            "%s moderation %s".formatted(seller.name(), month)));
        }
        var file =
                new TransferFile(
                        message,
                        now,
                        new PayAccount(seller.name(), String.valueOf(seller.iban())),
                        seller.bic(),
                        on,
                        payments);
        var made =
                new Transfer(
                        UUID.randomUUID(),
                        run,
                        message,
                        lines.stream().map(Line::number).toList(),
                        by,
                        now);
        transfers.insert(made, file.xml());
        runs.inTransfer(run, made.lines(), made.id());
        return made;
    }

    /**
     * The file, the same whenever it is fetched.
     *
     * @throws PayRunNotFound if there is none
     */
    String file(UUID run, UUID transfer) {
        return transfers
                .file(run, transfer)
                .orElseThrow(() -> new PayRunNotFound("transfer " + transfer));
    }

    /**
     * Writes down that the bank paid what is in the file.
     *
     * @throws PayRunNotFound if there is no such file
     * @throws PayRunRefused if nothing of it is due, or not on that day
     */
    @Transactional
    PayRun paid(UUID run, UUID transfer, LocalDate on, MemberId by) {
        runs.lock();
        Approved approved = payroll.approved(run);
        for (Line line : due(approved, transfer)) {
            payroll.pay(approved, line, on, Method.TRANSFER, by);
        }
        return payroll.find(run);
    }

    /**
     * Takes a file back that the bank did not take: what is in it can be put into another.
     *
     * @throws PayRunNotFound if there is no such file
     * @throws PayRunRefused if it was paid
     */
    @Transactional
    PayRun withdraw(UUID run, UUID transfer, MemberId by) {
        runs.lock();
        Approved approved = payroll.approved(run);
        List<Line> due = due(approved, transfer);
        runs.inTransfer(run, due.stream().map(Line::number).toList(), null);
        transfers.withdraw(transfer, by, clock.instant());
        return payroll.find(run);
    }

    private List<Line> due(Approved run, UUID transfer) {
        if (transfers.of(run.heading().id()).stream().noneMatch(t -> t.id().equals(transfer))) {
            throw new PayRunNotFound("transfer " + transfer);
        }
        List<Line> due =
                run.heading().lines().stream()
                        .filter(line -> transfer.equals(line.transfer()) && line.isDue())
                        .toList();
        if (due.isEmpty()) {
            throw new PayRunRefused("not-due", "what is in the file was paid before");
        }
        return due;
    }
}
