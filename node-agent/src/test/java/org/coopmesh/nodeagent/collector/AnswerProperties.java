package org.coopmesh.nodeagent.collector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever is sent, it is taken within bounds or refused with a code; nothing else happens. */
class AnswerProperties {
    private static final byte[] DEFLATED = Samples.deflated(Samples.ALL);
    private static final byte[] PLAIN = Samples.plain(Samples.ALL);

    @Property(tries = 3_000)
    void anyBytes(@ForAll @Size(max = 400) byte[] bytes) {
        read(bytes);
        read(Deflated.pack(bytes));
    }

    @Property(tries = 3_000)
    void someBytesOfAGoodAnswerChanged(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int changes) {
        for (byte[] good : new byte[][] {DEFLATED, PLAIN}) {
            read(changed(good, seed, changes));
        }
        read(Deflated.pack(changed(PLAIN, seed, changes)));
    }

    /** Cut up and put together anew: keys twice, parts in the wrong place, nests within nests. */
    @Property(tries = 3_000)
    void piecesOfAGoodAnswerInAnotherOrder(@ForAll long seed) {
        var random = new Random(seed);
        String[] pieces = Samples.ALL.split("(?<=[,{}\\[\\]:])", -1);
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < 60; i++) text.append(pieces[random.nextInt(pieces.length)]);

        read(Samples.deflated(text.toString()));
    }

    private static byte[] changed(byte[] good, long seed, int changes) {
        var random = new Random(seed);
        byte[] bytes = good.clone();
        for (int i = 0; i < changes; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
        return bytes;
    }

    private static void read(byte[] datagram) {
        try {
            Answer answer = Answer.read(datagram);

            assertThat(answer.routerId()).matches("[0-9a-f]{12}");
            if (answer.hostname() != null) {
                assertThat(answer.hostname().codePoints())
                        .noneMatch(Character::isISOControl)
                        .hasSizeLessThanOrEqualTo(Answer.HOSTNAME_LENGTH_MAX);
            }
            if (answer.figures() != null) {
                assertThat(answer.figures().uptimeSeconds()).isNotNegative();
                assertThat(answer.figures().rxBytes()).isNotNegative();
                assertThat(answer.figures().txBytes()).isNotNegative();
                assertThat(answer.figures().forwardBytes()).isNotNegative();
            }
            if (answer.neighbours() != null) {
                assertThat(answer.neighbours())
                        .hasSizeLessThanOrEqualTo(Answer.NEIGHBOURS_MAX)
                        .allSatisfy(each -> assertThat(each.address()).matches("[0-9a-f:.]+"));
            }
        } catch (AnswerRefused refused) {
            assertThat(refused.objection()).isNotNull();
        }
    }
}
