import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';
import { cssTokens } from '@/shared/ui/tokens';

const mesh: MantineColorsTuple = ['#eef8f4', '#d9efe6', '#b3dfce', '#86ccb2', '#56b594', '#2f9c79', '#1c8465', '#146b53', '#0f5c4d', '#0a4238'];
const dark: MantineColorsTuple = ['#e5ece8', '#c3cfc9', '#a3b4ac', '#7d8f87', '#3a4741', '#2b3631', '#171f1c', '#0f1513', '#0b100e', '#070a09'];
const gray: MantineColorsTuple = ['#f6f7f5', '#eef0ed', '#e3e6e2', '#d3d8d3', '#b8c0ba', '#8d9791', '#6a756f', '#4f5a54', '#38413c', '#202824'];
const red: MantineColorsTuple = ['#fdf0ee', '#fbdcd8', '#f5b6ae', '#ef8c80', '#e4675a', '#d54a3d', '#c03a2e', '#ad2f26', '#9c2720', '#7d1c17'];

export const theme = createTheme({
  primaryColor: 'mesh',
  primaryShade: 8,
  colors: { mesh, dark, gray, red },
  black: '#17201c',
  fontFamily: "'Atkinson Hyperlegible Next Variable', system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Menlo, monospace",
  fontSizes: { xs: '0.8125rem', sm: '0.9rem', md: '1rem', lg: '1.125rem', xl: '1.3rem' },
  headings: {
    fontWeight: '680',
    textWrap: 'balance',
    sizes: { h1: { fontSize: '1.75rem', lineHeight: '1.2' }, h2: { fontSize: '1.15rem', lineHeight: '1.3' }, h3: { fontSize: '1rem', lineHeight: '1.35' } },
  },
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '18px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { fw: 600 } },
    // What people type runs as its first letter does
    TextInput: { defaultProps: { size: 'sm', dir: 'auto' } },
    Textarea: { defaultProps: { dir: 'auto' } },
    Modal: { defaultProps: { centered: true, radius: 'lg', overlayProps: { backgroundOpacity: 0.45 } } },
    Tooltip: { defaultProps: { withArrow: true, events: { hover: true, focus: true, touch: true } } },
    Anchor: { defaultProps: { underline: 'hover' } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...cssTokens.light,
    '--mantine-color-body': cssTokens.light['--paper-body']!,
    '--mantine-color-dimmed': cssTokens.light['--paper-soft']!,
    '--mantine-color-anchor': cssTokens.light['--paper-link']!,
    '--mantine-color-error': '#9c2720',
    '--mantine-color-placeholder': '#68736d',
    '--mantine-color-default-border': '#cfccc1',
  },
  dark: {
    ...cssTokens.dark,
    '--mantine-color-body': cssTokens.dark['--paper-body']!,
    '--mantine-color-dimmed': cssTokens.dark['--paper-soft']!,
    '--mantine-color-anchor': cssTokens.dark['--paper-link']!,
    '--mantine-color-error': '#ffb5aa',
    '--mantine-color-placeholder': '#8fa198',
  },
});
