package org.coopmesh.nodeagent.collector;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** Whatever anybody on the link sends is an answer within bounds, a known question, or is dropped with a code. */
class DatagramFuzzTest {
    @FuzzTest
    void anyDatagramIsAnAnswerOrRefused(byte[] datagram) {
        answer(datagram);
        answer(Deflated.pack(datagram));
    }

    @FuzzTest
    void anyDatagramIsAQuestionOrNone(byte[] datagram) {
        Request.read(datagram).ifPresent(request -> assertThat(request.kinds()).isNotEmpty());
    }

    private static void answer(byte[] datagram) {
        try {
            Answer answer = Answer.read(datagram);
            assertThat(answer.routerId()).matches("[0-9a-f]{12}");
            if (answer.neighbours() != null) {
                assertThat(answer.neighbours()).hasSizeLessThanOrEqualTo(Answer.NEIGHBOURS_MAX);
            }
            if (answer.hostname() != null) {
                assertThat(answer.hostname().codePoints())
                        .noneMatch(Character::isISOControl)
                        .hasSizeLessThanOrEqualTo(Answer.HOSTNAME_LENGTH_MAX);
            }
        } catch (AnswerRefused refused) {
            assertThat(refused.objection().code()).isNotBlank();
        }
    }
}
