package org.coopmesh.eventbus;

import java.beans.PropertyEditorSupport;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.function.Function;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.WebDataBinder;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.InitBinder;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.ValueDeserializerModifier;
import tools.jackson.databind.deser.std.DelegatingDeserializer;
import tools.jackson.databind.module.SimpleModule;

/**
 * What no table can hold is refused where it is read, so that the answer names the field: text with the character U+0000, and
 * days and times outside the years 1 to 9999. It stands here, like the clock, because every service wants the same.
 */
@AutoConfiguration
@ConditionalOnClass({WebDataBinder.class, JacksonModule.class})
@ConditionalOnWebApplication
@Import(InputBounds.Parameters.class)
class InputBounds {
    private static final int YEAR_MIN = 1;
    private static final int YEAR_MAX = 9999;

    /** Why {@code value} cannot be held; empty if it can. */
    static String objection(Object value) {
        return switch (value) {
            case String text -> text.indexOf('\0') < 0 ? "" : "has a character U+0000";
            case Instant time -> year(time.atOffset(ZoneOffset.UTC).getYear());
            case LocalDate day -> year(day.getYear());
            case YearMonth month -> year(month.getYear());
            default -> "";
        };
    }

    private static String year(int year) {
        return year >= YEAR_MIN && year <= YEAR_MAX ? "" : "is outside the years 1 to 9999";
    }

    /** For bodies. */
    @Bean
    JacksonModule boundedBodies() {
        var module = new SimpleModule("input bounds");
        module.setDeserializerModifier(
                new ValueDeserializerModifier() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    public ValueDeserializer<?> modifyDeserializer(
                            DeserializationConfig config,
                            BeanDescription.Supplier type,
                            ValueDeserializer<?> reader) {
                        Class<?> read = type.getBeanClass();
                        return read == String.class
                                        || read == Instant.class
                                        || read == LocalDate.class
                                        || read == YearMonth.class
                                ? new Bounded(reader)
                                : reader;
                    }
                });
        return module;
    }

    private static final class Bounded extends DelegatingDeserializer {
        Bounded(ValueDeserializer<?> reader) {
            super(reader);
        }

        @Override
        protected ValueDeserializer<?> newDelegatingInstance(ValueDeserializer<?> reader) {
            return new Bounded(reader);
        }

        @Override
        public Object deserialize(JsonParser parser, DeserializationContext context) {
            Object value = super.deserialize(parser, context);
            String objection = value == null ? "" : objection(value);
            return objection.isEmpty() ? value : context.reportInputMismatch(this, "%s", objection);
        }
    }

    /** For parameters, path variables and headers. */
    @ControllerAdvice
    static class Parameters {
        @InitBinder
        void bound(WebDataBinder binder) {
            bound(binder, String.class, text -> text);
            bound(binder, Instant.class, Instant::parse);
            bound(binder, LocalDate.class, LocalDate::parse);
            bound(binder, YearMonth.class, YearMonth::parse);
        }

        private static <T> void bound(
                WebDataBinder binder, Class<T> type, Function<String, T> read) {
            binder.registerCustomEditor(
                    type,
                    new PropertyEditorSupport() {
                        @Override
                        public void setAsText(String text) {
                            setValue(text.isEmpty() && type != String.class ? null : of(text));
                        }

                        private T of(String text) {
                            try {
                                T value = read.apply(text);
                                String objection = objection(value);
                                if (objection.isEmpty()) return value;
                                throw new IllegalArgumentException(objection);
                            } catch (DateTimeException malformed) {
                                throw new IllegalArgumentException(malformed);
                            }
                        }
                    });
        }
    }
}
