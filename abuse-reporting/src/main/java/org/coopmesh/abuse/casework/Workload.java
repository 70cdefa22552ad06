package org.coopmesh.abuse.casework;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.coopmesh.abuse.subject.MemberId;

/** How the work is shared among moderators, and how often what they decided was taken back. */
record Workload(Waiting waiting, List<Share> shares) {
    static final int SHARES_MAX = 200;

    /** Cases that nobody has in hand. */
    record Waiting(int cases, int overdue) {}

    /**
     * What one moderator does. All but {@code inHand} and {@code overdue} is of the time asked about.
     *
     * @param overdue of those in hand, those past their date
     * @param decidedLate of those decided, those decided past their date
     * @param overturned of those upheld, those that were taken back since
     * @param minutes that they logged
     */
    record Share(
            MemberId moderator,
            int inHand,
            int overdue,
            int decided,
            int decidedLate,
            int upheld,
            int overturned,
            int closed,
            int minutes) {
        Share withMinutes(int logged) {
            return new Share(
                    moderator,
                    inHand,
                    overdue,
                    decided,
                    decidedLate,
                    upheld,
                    overturned,
                    closed,
                    logged);
        }
    }

    /** Joins cases with hours: who only logged hours has a share too. */
    static Workload of(Waiting waiting, List<Share> ofCases, Map<MemberId, Integer> minutes) {
        var rest = new HashMap<>(minutes);
        List<Share> worked =
                ofCases.stream()
                        .map(share -> {
                            Integer logged = rest.remove(share.moderator());
                            return logged == null ? share : share.withMinutes(logged);
                        })
                        .toList();
        Stream<Share> onlyHours =
                rest.entrySet().stream()
                        .map(entry ->
                                new Share(entry.getKey(), 0, 0, 0, 0, 0, 0, 0, entry.getValue()))
                        .sorted(Comparator.comparingInt(Share::minutes).reversed());
        return new Workload(
                waiting, Stream.concat(worked.stream(), onlyHours).limit(SHARES_MAX).toList());
    }
}
